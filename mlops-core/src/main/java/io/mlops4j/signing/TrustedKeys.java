package io.mlops4j.signing;

import static java.util.Objects.requireNonNull;

import io.mlops4j.RejectedInputException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Digest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The keys whose signatures count: one or more.
 *
 * <p>Immutable.
 */
public final class TrustedKeys {
    /** The most keys, as a bundle that names none is checked against each. */
    public static final int MAX_KEYS = 100;

    private final SortedMap<Digest, VerificationKey> byId;

    private TrustedKeys(Collection<VerificationKey> keys) {
        var sorted = new TreeMap<Digest, VerificationKey>();
        keys.forEach(key -> sorted.put(key.id(), key));
        if (sorted.isEmpty() || sorted.size() > MAX_KEYS) {
            throw new IllegalArgumentException(
                    "Invalid trusted keys: there are " + sorted.size() + ", expected 1 to " + MAX_KEYS);
        }
        byId = Collections.unmodifiableSortedMap(sorted);
    }

    /**
     * Trusts some keys.
     *
     * @param keys one or more; a repeated key counts once
     * @return these keys
     * @throws IllegalArgumentException if there are none, or more than {@value #MAX_KEYS}
     */
    public static TrustedKeys of(VerificationKey... keys) {
        return of(List.of(keys));
    }

    /**
     * Trusts some keys.
     *
     * @param keys one or more; a repeated key counts once; copied
     * @return these keys
     * @throws IllegalArgumentException if there are none, or more than {@value #MAX_KEYS}
     */
    public static TrustedKeys of(Collection<VerificationKey> keys) {
        return new TrustedKeys(List.copyOf(keys));
    }

    /**
     * Reads keys.
     *
     * @param pems PEM blocks {@code PUBLIC KEY}, one after another
     * @return these keys
     * @throws RejectedInputException if there are none or too many, or one is malformed
     */
    public static TrustedKeys parse(String pems) {
        List<VerificationKey> keys = new ArrayList<>();
        for (byte[] der : Pem.read("public keys", VerificationKey.LABEL, requireNonNull(pems, "pems"))) {
            keys.add(VerificationKey.decode(der));
        }
        try {
            return of(keys);
        } catch (IllegalArgumentException e) {
            throw new RejectedInputException("Cannot read public keys: expected 1 to " + MAX_KEYS, e);
        }
    }

    /**
     * The keys.
     *
     * @return in the order of their ids; not to be changed
     */
    public List<VerificationKey> keys() {
        return List.copyOf(byId.values());
    }

    /**
     * Finds a key.
     *
     * @param id its id
     * @return the key, or empty if it is not trusted
     */
    public Optional<VerificationKey> find(Digest id) {
        return Optional.ofNullable(byId.get(id));
    }

    /**
     * Demands that one of these keys has signed a model: exactly its files, no more and no fewer. One good signature is
     * enough; others, by keys that are not trusted here, do no harm, as a model may be signed by several parties for
     * several readers.
     *
     * @param model the model for messages, such as {@code rides:3}
     * @param files its files by name, with the digests of the bytes that will be used
     * @param bundles the signatures that came with it
     * @return what the first good one says
     * @throws RejectedModelException if none is good; the message says of each why not
     */
    public SignedManifest require(String model, Map<String, Digest> files, List<SignatureBundle> bundles) {
        List<String> flaws = new ArrayList<>();
        for (SignatureBundle bundle : bundles) {
            try {
                SignedManifest signed = bundle.verify(this);
                signed.requireFiles(model, files);
                return signed;
            } catch (RejectedModelException e) {
                flaws.add(e.getMessage());
            }
        }
        throw new RejectedModelException("Cannot accept model " + model
                + ": expected a signature over its files by one of " + this + ", but it has "
                + (flaws.isEmpty() ? "none" : "only " + flaws));
    }

    /**
     * All keys as text.
     *
     * @return what {@link #parse} reads back
     */
    public String pem() {
        var all = new StringBuilder();
        byId.values().forEach(key -> all.append(key.pem()));
        return all.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TrustedKeys that && byId.keySet().equals(that.byId.keySet());
    }

    @Override
    public int hashCode() {
        return byId.keySet().hashCode();
    }

    @Override
    public String toString() {
        return "keys " + byId.keySet();
    }
}
