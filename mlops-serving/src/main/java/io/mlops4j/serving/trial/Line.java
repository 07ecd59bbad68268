package io.mlops4j.serving.trial;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/*
 * Why in the order of asking: a verdict may come at any moment, and at any moment what takes long is missing among what has
 * ended. If failures take longer than answers (a time-out, say), a candidate whose requests were taken as they end would look
 * better than it is at every moment, and a test that may be looked at at any moment would fall for it. What was asked before
 * some request is a fair sample whatever came of it.
 *
 * A line must end somewhere, and neither of its two limits may depend on how the request ends that it lets in or lets go:
 *
 *  - It is so many places long. Who comes when it is full gets none and is not compared: what is in the line was asked
 *    before, so whether it is full says nothing of who comes. (To send away the oldest instead would be to pass over just
 *    what takes long.) Each test sees fewer requests and stays right.
 *  - A place is held for a time at most. A request that has no end by then is a failure, and as slow as can be, on either
 *    side: "fails, or is out for longer than that" is a loss between 0 and 1 like any other, known of every request by
 *    then, and it is what the tests compare. So neither a model that hangs nor a place that nobody left can stop a rollout:
 *    at the worst a whole line is settled each time. A version that is still to be brought back into memory is waited for
 *    as long before its own time begins; if it is not there by then, the request is passed over, whatever comes of it.
 */
/**
 * Requests in the order in which they were asked, each until it has ended and all before it have.
 *
 * <p>Confined to one thread at a time.
 */
final class Line {
    static final int LENGTH = 10_000;
    static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final long PATIENCE_NANOS = PATIENCE.toNanos();

    private final Deque<Place> places = new ArrayDeque<>();

    boolean isFull() {
        return places.size() >= LENGTH;
    }

    void add(Place place) {
        places.add(place);
    }

    /** Takes the first out, if it has ended. */
    @Nullable Ended next(long now) {
        Place first = places.peek();
        Ending ending = first == null ? null : first.ending(now, PATIENCE_NANOS);
        return ending == null ? null : new Ended(places.remove().arm(), ending);
    }

    /**
     * What the tests may see next.
     *
     * <p>Immutable.
     *
     * @param arm who was asked
     * @param ending what came of it
     */
    record Ended(Arm arm, Ending ending) {}
}
