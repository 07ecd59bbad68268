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
    private final long asked;
    private final AtomicReference<@Nullable Ending> ending;

    private Place(@Nullable Recorder recorder, Arm arm, long asked, @Nullable Ending ending) {
        this.recorder = recorder;
        this.arm = arm;
        this.asked = asked;
        this.ending = new AtomicReference<>(ending);
    }

    static Place of(Recorder recorder, Arm arm, long asked) {
        return new Place(recorder, arm, asked, null);
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

    boolean isOpen() {
        return ending.get() == null;
    }

    /** How it ended, which it has at last if it was asked so long ago; null if it has not. */
    @Nullable Ending ending(long now, long patience) {
        Ending there = ending.get();
        if (there == null && now - asked > patience) {
            ending.compareAndSet(null, Ending.OVERDUE);
            there = ending.get();
        }
        return there;
    }
}
