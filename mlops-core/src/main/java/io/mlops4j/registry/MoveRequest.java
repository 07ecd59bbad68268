package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Labels;
import io.mlops4j.model.Alias;
import io.mlops4j.model.VersionId;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The wish to move an alias, as {@link AliasChange} words it and a {@link ModelRegistry} carries it out.
 *
 * <p>Immutable.
 *
 * @param alias the alias; {@code latest} and {@code v} followed by digits are reserved, as tracking servers give them a
 *     meaning of their own
 * @param expected where the alias must point for the move to happen
 * @param target where it shall point
 * @param reason why: not blank, at most {@value #MAX_REASON} characters
 * @param actor who or what wants it: not blank, at most {@value #MAX_ACTOR} characters
 */
public record MoveRequest(Alias alias, Expected expected, Target target, String reason, String actor) {
    /** The longest reason, in characters. */
    public static final int MAX_REASON = 2000;

    /** The longest actor, in characters. */
    public static final int MAX_ACTOR = 250;

    private static final Pattern RESERVED = Pattern.compile("latest|v\\d+");

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if the alias is reserved, the target is a version of another model, or reason or
     *     actor are blank or too long
     */
    public MoveRequest {
        requireNonNull(alias, "alias");
        requireNonNull(expected, "expected");
        requireNonNull(target, "target");
        Labels.said("reason", requireNonNull(reason, "reason"), MAX_REASON);
        Labels.said("actor", requireNonNull(actor, "actor"), MAX_ACTOR);
        if (RESERVED.matcher(alias.name()).matches()) {
            throw new IllegalArgumentException("Cannot move alias " + alias + ": the name is reserved");
        }
        if (target instanceof To to) {
            requireOwn(alias, to.version());
        }
        if (target instanceof BackTo back) {
            requireOwn(alias, back.version());
        }
    }

    private static void requireOwn(Alias alias, VersionId version) {
        if (!version.model().equals(alias.model())) {
            throw new IllegalArgumentException("Cannot move alias " + alias + " to version " + version
                    + ": expected a version of model " + alias.model());
        }
    }

    /** Where an alias must point for a move to happen. */
    public sealed interface Expected {
        /**
         * Whether an alias stands where it is expected.
         *
         * @param current where it points, or empty if nowhere
         * @return true if the move may happen
         */
        boolean accepts(Optional<VersionId> current);
    }

    /**
     * It may point anywhere or nowhere.
     *
     * <p>Immutable.
     */
    public record Anywhere() implements Expected {
        @Override
        public boolean accepts(Optional<VersionId> current) {
            return true;
        }

        @Override
        public String toString() {
            return "anything";
        }
    }

    /**
     * It must point at one version, or nowhere.
     *
     * <p>Immutable.
     *
     * @param version the version, or empty for nowhere
     */
    public record Exactly(Optional<VersionId> version) implements Expected {
        /** Checks that nothing is null. */
        public Exactly {
            requireNonNull(version, "version");
        }

        @Override
        public boolean accepts(Optional<VersionId> current) {
            return current.equals(version);
        }

        @Override
        public String toString() {
            return version.map(id -> "version " + id).orElse("no version");
        }
    }

    /** Where an alias shall point. */
    public sealed interface Target {}

    /**
     * At a version.
     *
     * <p>Immutable.
     *
     * @param version of the alias's own model
     */
    public record To(VersionId version) implements Target {
        /** Checks that nothing is null. */
        public To {
            requireNonNull(version, "version");
        }
    }

    /**
     * Where it pointed before it came to where it points now.
     *
     * <p>Immutable.
     */
    public record Back() implements Target {}

    /**
     * At a version that it pointed at before: all moves since are undone at once.
     *
     * <p>Immutable.
     *
     * @param version of the alias's own model
     */
    public record BackTo(VersionId version) implements Target {
        /** Checks that nothing is null. */
        public BackTo {
            requireNonNull(version, "version");
        }
    }

    /**
     * Nowhere: the alias is removed.
     *
     * <p>Immutable.
     */
    public record Nowhere() implements Target {}
}
