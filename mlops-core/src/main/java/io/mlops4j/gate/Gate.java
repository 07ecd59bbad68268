package io.mlops4j.gate;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Text;

/**
 * One question that a candidate must answer before it goes on.
 *
 * <p>A gate may be asked again about the same candidate, after a crash or for an inconclusive verdict, so asking must
 * change nothing. It may block.
 *
 * <p>Implementations must be thread-safe.
 */
public interface Gate {
    /**
     * Names the gate in verdicts and messages.
     *
     * @return unique among the gates of a pipeline's stage
     */
    String name();

    /**
     * Judges.
     *
     * @param context what is judged
     * @return the verdict
     * @throws Exception if the gate could not do its work; {@link #judge} takes that for a failure, never for a pass
     */
    Verdict evaluate(GateContext context) throws Exception;

    /** How to judge, for gates made by {@link #of}. */
    @FunctionalInterface
    interface Question {
        /**
         * Judges.
         *
         * @param context what is judged
         * @return the verdict
         * @throws Exception if the question could not be answered
         */
        Verdict ask(GateContext context) throws Exception;
    }

    /**
     * Makes a gate of a name and a question.
     *
     * @param name names the gate
     * @param question judges
     * @return the gate
     */
    static Gate of(String name, Question question) {
        requireNonNull(name, "name");
        requireNonNull(question, "question");
        return new Gate() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Verdict evaluate(GateContext context) throws Exception {
                return question.ask(context);
            }
        };
    }

    /**
     * Asks a gate, and takes a gate that breaks for one that fails: the candidate was not shown to be good.
     *
     * @param gate the gate
     * @param context what is judged
     * @return the gate's verdict, or a failure with the error as its evidence
     * @throws InterruptedException if the thread was interrupted; nothing was decided
     */
    static Verdict judge(Gate gate, GateContext context) throws InterruptedException {
        try {
            return requireNonNull(gate.evaluate(context), "verdict");
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | AssertionError | LinkageError | StackOverflowError e) {
            // I/O that is interrupted fails in many ways; the flag tells.
            if (Thread.interrupted()) {
                throw interrupted(e);
            }
            String message = Text.quote(String.valueOf(e.getMessage()));
            return Verdict.fail(
                    "the gate broke with " + e.getClass().getSimpleName() + ": " + message,
                    Evidence.none().with("error", e.getClass().getName()).with("message", message));
        }
    }

    private static InterruptedException interrupted(Throwable cause) {
        var interrupted = new InterruptedException("The gate was interrupted");
        interrupted.initCause(cause);
        return interrupted;
    }
}
