package io.mlops4j.serving;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a model comes from that a server is to serve.
 *
 * <p>Immutable.
 */
sealed interface Origin {
    /** What to follow; null if it is a file. */
    Slot.@Nullable Following following();

    /** Loads the first version into a new slot. */
    void fill(Slot slot);

    /** Versions by policies. */
    record Policies(Slot.Following following) implements Origin {
        /** By one or more policies of one model; the first is for requests that name none. */
        static Policies of(List<VersionPolicy> policies, ModelSource source) {
            if (policies.stream().map(VersionPolicy::model).distinct().count() > 1
                    || policies.stream().distinct().count() < policies.size()) {
                throw new IllegalArgumentException(
                        "Cannot serve " + policies + " together: expected different policies of one model");
            }
            return new Policies(new Slot.Following(List.copyOf(policies), source));
        }

        @Override
        public void fill(Slot slot) {
            slot.refresh();
        }
    }

    /** A file, read when it is loaded; the reader is told what to call it. */
    record File(Function<String, VerifiedModel> reader) implements Origin {
        @Override
        public Slot.@Nullable Following following() {
            return null;
        }

        @Override
        public void fill(Slot slot) {
            slot.swap(reader);
        }
    }
}
