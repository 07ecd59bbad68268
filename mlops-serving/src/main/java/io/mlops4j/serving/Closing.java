package io.mlops4j.serving;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/*
 * A request to an ensemble that is inside one model holds leases on the others. Were they closed one after the other, the
 * first would wait for a run that is asked to stop only when a later one is closed: for ever, if the run never ends. So each
 * is closed by a thread of its own, and all drain time-outs begin at once.
 *
 * A thread that the requests under way may be waiting for does not wait; Slot sees to that, and it closes one by one. What
 * the requests need besides, the server's threads, is not taken from them then.
 *
 * A thread that is inside of a swap, and closes the server there, has that model's lock, so it closes that model itself.
 */
/** Closes models that answer together. */
final class Closing {
    private Closing() {}

    /** Whether this thread waits for the requests under way when it closes models. */
    static boolean waits() {
        return !WorkerThread.isCurrent() && !Snapshot.isHeldHere();
    }

    /** Returns when all are closed. An interrupt changes nothing, and is restored. */
    static void closeAll(Collection<Slot> slots) {
        if (!waits()) {
            slots.forEach(Slot::close);
            return;
        }
        List<Thread> closers = new ArrayList<>();
        List<Slot> threadless = new ArrayList<>();
        for (Slot slot : slots) {
            if (slot.isSwappingHere()) {
                threadless.add(slot);
                continue;
            }
            Thread closer = new Thread(slot::close, "mlops-close-" + slot.name());
            closer.setDaemon(true);
            try {
                closer.start();
                closers.add(closer);
            } catch (OutOfMemoryError e) { // unable to create native thread
                threadless.add(slot);
            }
        }
        threadless.forEach(Slot::close);
        join(closers);
    }

    private static void join(List<Thread> closers) {
        boolean interrupted = false;
        for (Thread closer : closers) {
            interrupted |= join(closer);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean join(Thread closer) {
        boolean interrupted = false;
        while (true) {
            try {
                closer.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
