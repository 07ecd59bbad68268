package io.mlops4j.serving;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/*
 * A request to an ensemble that is inside one model holds leases on the others. Were they closed one after the other, the
 * first would wait for a run that is asked to stop only when a later one is closed: for ever, if the run never ends. So each
 * is closed by a thread of its own, and all drain time-outs begin at once.
 *
 * A thread that the requests under way may be waiting for does not wait; Slot sees to that, and it closes one by one.
 */
/** Closes models that answer together. */
final class Closing {
    private Closing() {}

    /** Returns when all are closed. An interrupt is passed on, which stops what runs, and restored. */
    static void closeAll(Collection<Slot> slots) {
        if (WorkerThread.isCurrent() || Snapshot.isHeldHere()) {
            slots.forEach(Slot::close);
            return;
        }
        List<Thread> closers = new ArrayList<>();
        List<Slot> threadless = new ArrayList<>();
        for (Slot slot : slots) {
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
        boolean interrupted = false;
        for (Thread closer : closers) {
            interrupted |= join(closer, closers);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean join(Thread closer, List<Thread> all) {
        boolean interrupted = false;
        while (true) {
            try {
                closer.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
                all.forEach(Thread::interrupt);
            }
        }
    }
}
