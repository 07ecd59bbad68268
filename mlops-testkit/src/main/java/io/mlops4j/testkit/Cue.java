package io.mlops4j.testkit;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.store.Key;
import io.mlops4j.store.Prefix;
import io.mlops4j.testkit.Fault.Landing;
import io.mlops4j.testkit.ScriptedStore.Call;
import io.mlops4j.testkit.ScriptedStore.Operation;
import java.time.Duration;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.Predicate;

/**
 * One line of a {@link ScriptedStore}'s script: for which calls, and what becomes of them. The adjectives narrow it
 * down and give a new cue each; a verb ends it and puts it into the script.
 *
 * <p>Immutable.
 */
public final class Cue {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Consumer<Rule> script;
    private final Predicate<Call> target;
    private final LongPredicate turn;
    private final DoubleSupplier dice;
    private final double probability;

    private Cue(
            Consumer<Rule> script,
            Predicate<Call> target,
            LongPredicate turn,
            DoubleSupplier dice,
            double probability) {
        this.script = script;
        this.target = target;
        this.turn = turn;
        this.dice = dice;
        this.probability = probability;
    }

    static Cue on(Consumer<Rule> script, Set<Operation> operations) {
        Set<Operation> all = Set.copyOf(operations);
        return new Cue(script, call -> all.contains(call.operation()), turn -> true, () -> 0, 1);
    }

    /**
     * Only calls on one key.
     *
     * @param key the key
     * @return a narrower cue
     */
    public Cue at(Key key) {
        requireNonNull(key, "key");
        return where(call -> call.target().equals(key.value()));
    }

    /**
     * Only calls on keys below some segments, and listings of that folder or one below it.
     *
     * @param first the first segment, or several joined by {@code /}
     * @param more further segments
     * @return a narrower cue
     * @throws IllegalArgumentException if a segment breaks the grammar of keys
     */
    public Cue under(String first, String... more) {
        String prefix = Prefix.of(first, more).value();
        return where(call -> call.target().startsWith(prefix));
    }

    private Cue where(Predicate<Call> also) {
        return new Cue(script, target.and(also), turn, dice, probability);
    }

    /**
     * Only one of the calls that this cue is for.
     *
     * @param number counts from 1
     * @return a narrower cue
     */
    public Cue call(long number) {
        return turns(turn -> turn == number);
    }

    /**
     * Only the first calls that this cue is for.
     *
     * @param count how many
     * @return a narrower cue
     */
    public Cue firstCalls(long count) {
        return turns(turn -> turn <= count);
    }

    /**
     * Only the calls from some call on.
     *
     * @param number the first one; counts from 1
     * @return a narrower cue
     */
    public Cue fromCall(long number) {
        return turns(turn -> turn >= number);
    }

    private Cue turns(LongPredicate also) {
        return new Cue(script, target, turn.and(also), dice, probability);
    }

    /**
     * Only some calls, by chance. The same seed gives the same choice for the same order of calls.
     *
     * @param probability 0 for none, to 1 for all
     * @param seed of the random numbers
     * @return a narrower cue
     * @throws IllegalArgumentException if the probability is out of range
     */
    public Cue withProbability(double probability, long seed) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("Invalid probability " + probability + ": expected 0 to 1");
        }
        var random = new SplittableRandom(seed);
        return new Cue(
                script,
                target,
                turn,
                () -> {
                    synchronized (random) {
                        return random.nextDouble();
                    }
                },
                probability);
    }

    /** The call fails with a {@link StorageException}, and nothing has happened. */
    public void fails() {
        failsWith(call -> new StorageException("Cannot " + call + ": the script says so"));
    }

    /**
     * The call fails in a way of the test's own, and nothing has happened.
     *
     * @param failure makes what is thrown
     */
    public void failsWith(Function<Call, ? extends RuntimeException> failure) {
        requireNonNull(failure, "failure");
        strikes(Fault.failing(failure::apply));
    }

    /**
     * The call does its work, but its caller is not told: a put throws {@link OutcomeUnknownException},
     * another call {@link StorageException}.
     */
    public void losesTheReply() {
        strikes(Fault.losingTheAnswer(Landing.ONCE));
    }

    /** The call never arrives, and its caller is told no more than by {@link #losesTheReply()}. */
    public void losesTheRequest() {
        strikes(Fault.losingTheAnswer(Landing.NEVER));
    }

    /** As {@link #losesTheRequest()}, but a write arrives after all, at {@link ScriptedStore#landLate()}. */
    public void landsLate() {
        strikes(Fault.losingTheAnswer(Landing.LATER));
    }

    /** The call is made twice in a row, as a layer below that retries does it; the second answer is given. */
    public void isSentTwice() {
        strikes(Fault.sent(Landing.TWICE));
    }

    /** The call goes well, and a write arrives once more at {@link ScriptedStore#landLate()}. */
    public void isRepeatedLate() {
        strikes(Fault.sent(Landing.ONCE_AND_LATER));
    }

    /**
     * Something else happens right before the call: another writer is faster, a clock moves on.
     *
     * @param before what happens, in the thread of the call
     */
    public void doesFirst(Runnable before) {
        strikes(Fault.doingFirst(requireNonNull(before, "before")));
    }

    /**
     * The call hangs until a latch is open; after a minute it throws {@link IllegalStateException}, so that no test
     * hangs with it.
     *
     * @param latch what to wait for
     */
    public void waitsFor(CountDownLatch latch) {
        requireNonNull(latch, "latch");
        doesFirst(() -> {
            if (!opens(latch, PATIENCE)) {
                throw new IllegalStateException("Nobody opened the latch that a scripted store waited for");
            }
        });
    }

    /**
     * The call takes its time, in real time.
     *
     * @param time how long to wait before it
     */
    public void takes(Duration time) {
        requireNonNull(time, "time");
        doesFirst(() -> opens(new CountDownLatch(1), time));
    }

    /**
     * What a get finds is damaged: each stream opened from its handle gives wrong bytes. Only for cues on
     * {@link Operation#GET}.
     *
     * @param damage what is wrong with them
     */
    public void damages(Damage damage) {
        strikes(Fault.damaging(requireNonNull(damage, "damage")));
    }

    /** Waits without being interrupted, as I/O does. */
    private static boolean opens(CountDownLatch latch, Duration within) {
        boolean interrupted = false;
        long end = System.nanoTime() + within.toNanos();
        try {
            while (true) {
                try {
                    return latch.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void strikes(Fault fault) {
        script.accept(new Rule(this, fault));
    }

    private boolean isTurn(long number) {
        return turn.test(number) && (probability == 1 || dice.getAsDouble() < probability);
    }

    /** A cue with its verb, and the calls it was for so far. */
    static final class Rule {
        private final Cue cue;
        private final Fault fault;

        @GuardedBy("this") private long seen;

        Rule(Cue cue, Fault fault) {
            this.cue = cue;
            this.fault = fault;
        }

        boolean applies(Call call) {
            return cue.target.test(call) && cue.isTurn(count());
        }

        private synchronized long count() {
            return ++seen;
        }

        Fault fault() {
            return fault;
        }
    }
}
