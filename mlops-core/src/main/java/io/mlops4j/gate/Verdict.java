package io.mlops4j.gate;

import static java.util.Objects.requireNonNull;

/**
 * What a {@link Gate} says: {@link Pass}, {@link Fail}, or {@link Inconclusive}, which is neither and says how many more
 * samples would settle it.
 *
 * <p>Immutable.
 */
public sealed interface Verdict {
    /** The three kinds of verdict, to switch on. */
    enum Kind {
        /** The candidate may go on. */
        PASS,
        /** The candidate may not go on. */
        FAIL,
        /** The data does not tell yet. */
        INCONCLUSIVE
    }

    /**
     * Which of the three it is.
     *
     * @return the kind
     */
    Kind kind();

    /**
     * Why, in one sentence for people.
     *
     * @return may be empty for a pass
     */
    String reason();

    /**
     * What was measured.
     *
     * @return numbers and texts
     */
    Evidence evidence();

    /**
     * How many more samples would settle it.
     *
     * @return 1 or more for an inconclusive verdict, else 0
     */
    default long samplesNeeded() {
        return 0;
    }

    /**
     * The candidate may go on.
     *
     * <p>Immutable.
     *
     * @param reason may be empty
     * @param evidence what was measured
     */
    record Pass(String reason, Evidence evidence) implements Verdict {
        /** Checks that both are there. */
        public Pass {
            requireNonNull(reason, "reason");
            requireNonNull(evidence, "evidence");
        }

        @Override
        public Kind kind() {
            return Kind.PASS;
        }
    }

    /**
     * The candidate may not go on.
     *
     * <p>Immutable.
     *
     * @param reason what was seen and what was expected
     * @param evidence what was measured
     */
    record Fail(String reason, Evidence evidence) implements Verdict {
        /** Checks that both are there. */
        public Fail {
            requireNonNull(reason, "reason");
            requireNonNull(evidence, "evidence");
        }

        @Override
        public Kind kind() {
            return Kind.FAIL;
        }
    }

    /**
     * The data does not tell yet.
     *
     * <p>Immutable.
     *
     * @param samplesNeeded how many more samples would settle it, as far as the data so far can say; 1 or more
     * @param reason what is open
     * @param evidence what was measured so far
     */
    record Inconclusive(long samplesNeeded, String reason, Evidence evidence) implements Verdict {
        /**
         * Checks the number.
         *
         * @throws IllegalArgumentException if {@code samplesNeeded} is not positive
         */
        public Inconclusive {
            requireNonNull(reason, "reason");
            requireNonNull(evidence, "evidence");
            if (samplesNeeded < 1) {
                throw new IllegalArgumentException(
                        "Invalid samples needed " + samplesNeeded + ": expected 1 or more, or another verdict");
            }
        }

        @Override
        public Kind kind() {
            return Kind.INCONCLUSIVE;
        }
    }

    /**
     * The candidate may go on.
     *
     * @param evidence what was measured
     * @return the verdict
     */
    static Verdict pass(Evidence evidence) {
        return new Pass("", evidence);
    }

    /**
     * The candidate may not go on.
     *
     * @param reason what was seen and what was expected
     * @param evidence what was measured
     * @return the verdict
     */
    static Verdict fail(String reason, Evidence evidence) {
        return new Fail(reason, evidence);
    }

    /**
     * The data does not tell yet.
     *
     * @param samplesNeeded how many more samples would settle it; 1 or more
     * @param reason what is open
     * @param evidence what was measured so far
     * @return the verdict
     * @throws IllegalArgumentException if {@code samplesNeeded} is not positive
     */
    static Verdict inconclusive(long samplesNeeded, String reason, Evidence evidence) {
        return new Inconclusive(samplesNeeded, reason, evidence);
    }
}
