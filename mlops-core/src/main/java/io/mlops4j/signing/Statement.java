package io.mlops4j.signing;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The in-toto Statement v1 of a model signature, as it is written down; the components have the names of the format.
 * Fields that the format may grow are passed over, as it demands.
 */
@SuppressWarnings("MemberName")
record Statement(String _type, List<Subject> subject, String predicateType, Predicate predicate) {
    static final String TYPE = "https://in-toto.io/Statement/v1";
    static final String PREDICATE_TYPE = "https://model_signing/signature/v1.0";

    Statement {
        requireNonNull(_type, "_type");
        subject = List.copyOf(subject);
        requireNonNull(predicateType, "predicateType");
        requireNonNull(predicate, "predicate");
    }

    /** The model as a whole: its name is for people, its digest is over all of its files. */
    record Subject(String name, Map<String, String> digest) {
        Subject {
            requireNonNull(name, "name");
            digest = Map.copyOf(digest);
        }
    }

    record Predicate(Serialization serialization, List<Resource> resources) {
        Predicate {
            requireNonNull(serialization, "serialization");
            resources = List.copyOf(resources);
        }
    }

    /** How files became resources. */
    record Serialization(String method, String hash_type, boolean allow_symlinks, Optional<List<String>> ignore_paths) {
        static final Serialization FILES = new Serialization("files", "sha256", false, Optional.of(List.of()));

        Serialization {
            requireNonNull(method, "method");
            requireNonNull(hash_type, "hash_type");
            requireNonNull(ignore_paths, "ignore_paths");
        }
    }

    /** One file. */
    record Resource(String name, String algorithm, String digest) {
        Resource {
            requireNonNull(name, "name");
            requireNonNull(algorithm, "algorithm");
            requireNonNull(digest, "digest");
        }
    }
}
