package io.mlops4j.training;

import io.mlops4j.CorruptionException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.store.Commit;
import io.mlops4j.store.Fold;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tasks of a queue by the id of their request, in the order in which they were queued. Of those that are settled,
 * the newest are kept, so that a request that comes twice is known.
 *
 * <p>Immutable.
 */
record QueueTasks(Map<String, TrainingTask> tasks) {
    static final Fold<QueueTasks> FOLD = new OfEvents();
    static final int MAX_SETTLED = 1000;

    QueueTasks {
        tasks = Collections.unmodifiableMap(tasks);
    }

    private static final class OfEvents implements Fold<QueueTasks> {
        private record Snapshot(List<TrainingTask> tasks) {}

        @Override
        public QueueTasks empty() {
            return new QueueTasks(Map.of());
        }

        @Override
        public QueueTasks apply(QueueTasks state, List<Commit> commits) {
            Map<String, TrainingTask> tasks = new LinkedHashMap<>(state.tasks);
            for (Commit commit : commits) {
                var event = QueueEvent.CODEC.read("queue event " + commit.number(), commit.event());
                tasks.put(event.id(), next(tasks, event));
                forgetOldest(tasks);
            }
            return new QueueTasks(tasks);
        }

        private static TrainingTask next(Map<String, TrainingTask> tasks, QueueEvent event) {
            if (event instanceof QueueEvent.Queued queued) {
                return TrainingTask.queued(queued.request(), queued.at());
            }
            TrainingTask task = tasks.get(event.id());
            if (task == null) {
                throw new CorruptionException(
                        "Cannot read a training queue: it has an event of " + event.id() + " before the request");
            }
            if (event instanceof QueueEvent.Claimed claimed) {
                return task.claimed(claimed.attempt(), claimed.owner(), claimed.leaseUntil());
            }
            return event instanceof QueueEvent.Settled settled
                    ? task.settled(settled.status(), settled.result())
                    : task.released();
        }

        private static void forgetOldest(Map<String, TrainingTask> tasks) {
            long settled = tasks.values().stream()
                    .filter(task -> !task.status().isOpen())
                    .count();
            Iterator<TrainingTask> oldest = tasks.values().iterator();
            while (settled > MAX_SETTLED) {
                if (!oldest.next().status().isOpen()) {
                    oldest.remove();
                    settled--;
                }
            }
        }

        @Override
        public byte[] checkpoint(QueueTasks state) {
            return Json.write(new Snapshot(List.copyOf(state.tasks.values())));
        }

        @Override
        public QueueTasks restore(byte[] checkpoint) {
            Map<String, TrainingTask> tasks = new LinkedHashMap<>();
            Json.read("queue checkpoint", checkpoint, Snapshot.class)
                    .tasks()
                    .forEach(task -> tasks.put(task.request().id(), task));
            return new QueueTasks(tasks);
        }
    }
}
