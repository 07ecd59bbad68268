package io.mlops4j.signing;

import static java.util.Objects.requireNonNull;

import io.mlops4j.CorruptionException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.internal.Text;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Digest;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Turns files into a statement, and a statement back into files. */
final class Manifests {
    private static final String SHA256 = "sha256";

    private Manifests() {}

    static Statement statement(String subject, Map<String, Digest> files) {
        requireNonNull(subject, "subject");
        var sorted = new TreeMap<String, Digest>(ResourceName.ORDER);
        sorted.putAll(files);
        if (sorted.isEmpty()) {
            throw new IllegalArgumentException("Cannot sign model " + Text.quote(subject) + ": it has no file");
        }
        sorted.keySet().forEach(name -> ResourceName.broken(name).ifPresent(why -> {
            throw new IllegalArgumentException(
                    "Cannot sign model " + Text.quote(subject) + ": its file " + Text.quote(name) + " " + why);
        }));
        List<Statement.Resource> resources = sorted.entrySet().stream()
                .map(file -> new Statement.Resource(
                        file.getKey(), SHA256, file.getValue().hex()))
                .toList();
        var whole = new Statement.Subject(
                subject, Map.of(SHA256, root(sorted.values()).hex()));
        return new Statement(
                Statement.TYPE,
                List.of(whole),
                Statement.PREDICATE_TYPE,
                new Statement.Predicate(Statement.Serialization.FILES, resources));
    }

    /** The digest of a whole model: SHA-256 over the raw digests of its files in the order of the statement. */
    private static Digest root(Collection<Digest> ordered) {
        MessageDigest sha = Digest.sha256();
        ordered.forEach(digest -> sha.update(HexFormat.of().parseHex(digest.hex())));
        return Digest.of(sha);
    }

    /**
     * Reads a statement that is known to be signed by a key; it may be nonsense all the same.
     *
     * @throws RejectedModelException if it is no sound model manifest
     */
    static SignedManifest read(VerificationKey key, byte[] payload) {
        try {
            return check(key, Json.read("signed statement", payload, Statement.class));
        } catch (CorruptionException e) {
            throw new RejectedModelException("Cannot accept a signature bundle: its statement is malformed", e);
        }
    }

    private static SignedManifest check(VerificationKey key, Statement statement) {
        SignatureBundle.requireSame("statement type", Statement.TYPE, statement._type());
        SignatureBundle.requireSame("predicate type", Statement.PREDICATE_TYPE, statement.predicateType());
        Statement.Serialization how = statement.predicate().serialization();
        SignatureBundle.requireSame("serialization method", Statement.Serialization.FILES.method(), how.method());
        SignatureBundle.requireSame("hash type", SHA256, how.hash_type());
        if (statement.subject().size() != 1) {
            throw SignatureBundle.refused(
                    "its statement has " + statement.subject().size() + " subjects, expected 1");
        }
        Statement.Subject subject = statement.subject().get(0);
        List<Statement.Resource> resources = statement.predicate().resources();
        SortedMap<String, Digest> files = files(resources);
        // In the order of the statement: signers sort paths in more than one way.
        Digest root = root(
                resources.stream().map(resource -> files.get(resource.name())).toList());
        SignatureBundle.requireSame(
                "subject's digest", root.hex(), String.valueOf(subject.digest().get(SHA256)));
        return new SignedManifest(key, subject.name(), files);
    }

    private static SortedMap<String, Digest> files(List<Statement.Resource> resources) {
        if (resources.isEmpty()) {
            throw SignatureBundle.refused("its statement names no file");
        }
        var files = new TreeMap<String, Digest>(ResourceName.ORDER);
        for (Statement.Resource resource : resources) {
            String name = resource.name();
            Optional<String> broken = ResourceName.broken(name);
            if (broken.isPresent()) {
                throw SignatureBundle.refused("its file " + Text.quote(name) + " " + broken.get());
            }
            SignatureBundle.requireSame("algorithm for file " + Text.quote(name), SHA256, resource.algorithm());
            if (files.put(name, digest(name, resource.digest())) != null) {
                throw SignatureBundle.refused("its file " + Text.quote(name) + " is named twice");
            }
        }
        return files;
    }

    private static Digest digest(String name, String hex) {
        try {
            return new Digest(hex);
        } catch (IllegalArgumentException e) {
            throw SignatureBundle.refused("the digest of its file " + Text.quote(name) + " is " + Text.quote(hex)
                    + ", expected 64 lower-case hexadecimal digits");
        }
    }
}
