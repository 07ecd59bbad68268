package io.mlops4j.registry;

import io.mlops4j.CorruptionException;
import io.mlops4j.internal.Text;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * What can happen in a registry, as its log holds it: a JSON object whose {@code type} says which of these records the
 * rest is. Fields may be added; an older reader passes them over. A new type stops an older reader, as it could not
 * know what it misses.
 */
sealed interface RegistryEvent {
    /** What the field {@code type} holds. */
    String type();

    /** A version came to be. */
    record Registered(String type, StoredVersion version) implements RegistryEvent {
        static final String TYPE = "registered";

        static Registered of(StoredVersion version) {
            return new Registered(TYPE, version);
        }
    }

    /** Aliases moved, all at once. */
    record Moved(String type, List<StoredMove> moves) implements RegistryEvent {
        static final String TYPE = "moved";

        static Moved of(List<StoredMove> moves) {
            return new Moved(TYPE, moves);
        }

        public Moved {
            moves = List.copyOf(moves);
        }
    }

    /** Something was said of a version. */
    sealed interface Edited extends RegistryEvent {
        VersionId version();

        String reason();

        String actor();

        /** What was said, checked. */
        Edit edit();

        default VersionChange toChange(Instant time, long commit) {
            return new VersionChange(version(), edit(), reason(), actor(), time, commit);
        }

        static Edited of(EditRequest wish) {
            VersionId version = wish.version();
            if (wish.edit() instanceof Annotation a) {
                return new Annotated(
                        Annotated.TYPE,
                        version,
                        a.description(),
                        a.tags(),
                        a.withoutTags(),
                        a.metrics(),
                        a.withoutMetrics(),
                        wish.reason(),
                        wish.actor());
            }
            if (wish.edit() instanceof Vote vote) {
                return new Voted(Voted.TYPE, version, vote.role(), vote.kind(), wish.reason(), wish.actor());
            }
            if (wish.edit() instanceof GateVerdicts said) {
                return new Judged(Judged.TYPE, version, StoredVerdict.of(said), wish.reason(), wish.actor());
            }
            if (wish.edit() instanceof Endorsement signed) {
                return new Signed(Signed.TYPE, version, signed.json(), wish.reason(), wish.actor());
            }
            var change = (LifecycleChange) wish.edit();
            return new LifecycleChanged(LifecycleChanged.TYPE, version, change.to(), wish.reason(), wish.actor());
        }
    }

    /** Description, tags or metrics changed. */
    record Annotated(
            String type,
            VersionId version,
            Optional<String> description,
            SortedMap<String, String> tags,
            SortedSet<String> withoutTags,
            SortedMap<String, Double> metrics,
            SortedSet<String> withoutMetrics,
            String reason,
            String actor)
            implements Edited {
        static final String TYPE = "annotated";

        @Override
        public Edit edit() {
            return new Annotation(description, tags, withoutTags, metrics, withoutMetrics);
        }
    }

    /** Somebody approved, rejected, or took that back. */
    record Voted(String type, VersionId version, String role, Vote.Kind vote, String reason, String actor)
            implements Edited {
        static final String TYPE = "voted";

        @Override
        public Edit edit() {
            return new Vote(role, vote);
        }
    }

    /** Gates spoke. */
    record Judged(String type, VersionId version, List<StoredVerdict> verdicts, String reason, String actor)
            implements Edited {
        static final String TYPE = "judged";

        public Judged {
            verdicts = List.copyOf(verdicts);
        }

        @Override
        public Edit edit() {
            return StoredVerdict.toVerdicts(verdicts);
        }
    }

    /** A version was archived, restored or discarded. */
    record LifecycleChanged(String type, VersionId version, Lifecycle to, String reason, String actor)
            implements Edited {
        static final String TYPE = "lifecycle";

        @Override
        public Edit edit() {
            return new LifecycleChange(to);
        }
    }

    /** A signature was attached. */
    record Signed(String type, VersionId version, String bundle, String reason, String actor) implements Edited {
        static final String TYPE = "signed";

        @Override
        public Edit edit() {
            return new Endorsement(bundle);
        }
    }

    /** A policy was set. */
    record PolicySet(
            String type,
            ModelName model,
            Optional<String> alias,
            List<StoredRequirement> requirements,
            String reason,
            String actor)
            implements RegistryEvent {
        static final String TYPE = "policy";

        public PolicySet {
            requirements = List.copyOf(requirements);
        }

        static PolicySet of(PolicyRequest wish) {
            return new PolicySet(
                    TYPE,
                    wish.model(),
                    wish.alias(),
                    wish.policy().requirements().stream()
                            .map(StoredRequirement::of)
                            .toList(),
                    wish.reason(),
                    wish.actor());
        }

        PolicySetting toSetting(Instant time, long commit) {
            var policy = new PromotionPolicy(
                    requirements.stream().map(StoredRequirement::toRequirement).toList());
            alias.ifPresent(model::alias);
            return new PolicySetting(model, alias, policy, reason, actor, time, commit);
        }
    }

    /** The part that every event has. */
    record Typed(String type) {}

    static RegistryEvent read(String what, byte[] bytes) {
        return read(what, type(what, bytes), bytes);
    }

    /** The type of an event, perhaps one that this version does not know. */
    static String type(String what, byte[] bytes) {
        return String.valueOf(Json.read(what, bytes, Typed.class).type());
    }

    /** Whether this version knows a type. */
    static boolean isKnown(String type) {
        return parser(type).isPresent();
    }

    /** Reads an event whose type is known. */
    static RegistryEvent read(String what, String type, byte[] bytes) {
        return Json.read(
                what,
                bytes,
                parser(type)
                        .orElseThrow(() -> new CorruptionException("Cannot read " + what + ": its type "
                                + Text.quote(type) + " is unknown; it may have been written by a newer version")));
    }

    private static Optional<Class<? extends RegistryEvent>> parser(String type) {
        return Optional.ofNullable(
                switch (type) {
                    case Registered.TYPE -> Registered.class;
                    case Moved.TYPE -> Moved.class;
                    case Annotated.TYPE -> Annotated.class;
                    case Voted.TYPE -> Voted.class;
                    case Judged.TYPE -> Judged.class;
                    case LifecycleChanged.TYPE -> LifecycleChanged.class;
                    case Signed.TYPE -> Signed.class;
                    case PolicySet.TYPE -> PolicySet.class;
                    default -> null;
                });
    }
}
