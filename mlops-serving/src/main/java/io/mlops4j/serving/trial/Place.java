package io.mlops4j.serving.trial;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The place of a request in the order of asking: taken when a version was chosen for it, and held until it is told what came
 * of it. What is told first counts, and the rest is passed over, so whoever may be the last to know can {@link #leave} for
 * safety. A place that is not left holds back all behind it, until it is overdue.
 *
 * <p>Thread-safe.
 */
public final class Place {
    /** The place of a request that is not compared: whatever is told of it does nothing. */
    public static final Place NONE = new Place(null, Arm.INCUMBENT, 0, Ending.VOID);

    private final @Nullable Recorder recorder;
    private final Arm arm;
    private final AtomicReference<@Nullable Ending> ending;

    /** Since when it is held, for its own sake: from the asking, or from when what is asked was there. */
    private volatile long since;

    private volatile boolean waiting;

    private Place(@Nullable Recorder recorder, Arm arm, long asked, @Nullable Ending ending) {
        this.recorder = recorder;
        this.arm = arm;
        this.since = asked;
        this.ending = new AtomicReference<>(ending);
    }

    static Place of(Recorder recorder, Arm arm, long asked) {
        return new Place(recorder, arm, asked, null);
    }

    /** The version is not there yet, and its absence is not its time. Returns itself. */
    public Place waiting() {
        waiting = true;
        return this;
    }

    /** The version is there: its time begins. */
    public void begun() {
        Recorder judge = recorder;
        if (judge != null && waiting) {
            since = judge.now();
            waiting = false;
        }
    }

    /** The version has answered, or failed. */
    public void ended(Answer answer) {
        Recorder judge = recorder;
        if (judge != null && ending.get() == null) {
            end(judge.ending(answer));
        }
    }

    /** What came of the request, if anything, says nothing of the version: it was refused, or never asked. */
    public void leave() {
        end(Ending.VOID);
    }

    private void end(Ending how) {
        Recorder told = recorder;
        if (told != null && ending.compareAndSet(null, how)) {
            told.settle();
        }
    }

    Arm arm() {
        return arm;
    }

    /** How it ended, which it has at last if it is held for so long; null if it has not. */
    @Nullable Ending ending(long now, long patience) {
        Ending there = ending.get();
        boolean absent = waiting; // before the time: what has begun just now is not overdue
        if (there == null && now - since > patience) {
            // If the version was never there, that says nothing of it.
            ending.compareAndSet(null, absent ? Ending.VOID : Ending.OVERDUE);
            there = ending.get();
        }
        return there;
    }
}
