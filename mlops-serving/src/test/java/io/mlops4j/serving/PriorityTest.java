package io.mlops4j.serving;

import static io.mlops4j.serving.SimulatedModel.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ModelName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In what order a busy model takes what waits, and how many instances it takes for it. */
@Timeout(60)
final class PriorityTest {
    private static final ModelName NAME = ModelName.of("ordered");

    @Test
    void queue_ofAllPriorities_isRunHighestFirstAndInOrder() throws Exception {
        assertThat(order(List.of(
                        ask(Priority.LOW, 31),
                        ask(Priority.NORMAL, 21),
                        ask(Priority.HIGH, 11),
                        ask(Priority.LOW, 32),
                        ask(Priority.NORMAL, 22),
                        ask(Priority.HIGH, 12),
                        ask(Priority.HIGH, 13))))
                .containsExactly(11f, 12f, 13f, 21f, 22f, 31f, 32f);
    }

    @Test
    void lowestPriority_behindALongQueueOfTheHighest_doesNotStarve() throws Exception {
        List<Request> requests = new ArrayList<>();
        requests.add(ask(Priority.LOW, -2));
        for (int i = 0; i < 100; i++) {
            requests.add(ask(Priority.HIGH, i));
        }
        assertThat(order(requests).indexOf(-2f)).isBetween(16, 32); // batches of two, one in sixteen
    }

    @Test
    void tenants_ofDifferentWeight_shareARunByRows() throws Exception {
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            requests.add(ask(Priority.NORMAL, 1).tenant("one"));
        }
        for (int i = 0; i < 40; i++) {
            requests.add(ask(Priority.NORMAL, 3).tenant("three"));
        }
        List<Float> order = order(requests);
        assertThat(order.subList(0, 40).stream().filter(row -> row == 3f).count())
                .isBetween(29L, 31L);
    }

    @Test
    void largeRequest_isRunByAllInstancesAtOnce() {
        var model = new SimulatedModel(0, 100_000_000);
        try (ModelServer server = serve(model, Overload.standard().instances(3))) {
            model.begin();
            assertThat(server.predict(NAME, request(1, 2, 3, 4, 5, 6))
                            .tensor("y")
                            .floats())
                    .containsExactly(2, 4, 6, 8, 10, 12);
        }
        assertThat(model.mostInside).hasValue(3);
        assertThat(model.runs).hasValue(3);
    }

    @Test
    void idleServer_hasNoThreads() throws Exception {
        try (ModelServer server = serve(new SimulatedModel(0, 0), Overload.standard())) {
            for (int i = 0; i < 20; i++) {
                server.submit(NAME, ask(Priority.NORMAL, i))
                        .toCompletableFuture()
                        .join();
            }
            for (Thread thread : workers()) {
                thread.join(20_000);
            }
            assertThat(workers()).isEmpty();
            assertThat(server.predict(NAME, request(1)).tensor("y").floats()).containsExactly(2);
        }
    }

    /** The order in which a model takes requests that wait behind a run; it has one instance, and batches of two. */
    private static List<Float> order(List<Request> requests) throws InterruptedException {
        var model = new GatedModel();
        try (ModelServer server = serve(model, Overload.standard().instances(1).weight("three", 3))) {
            model.shut();
            List<CompletableFuture<Prediction>> all = new ArrayList<>();
            all.add(server.submit(NAME, ask(Priority.NORMAL, 0)).toCompletableFuture());
            model.awaitRun();
            requests.forEach(request -> all.add(server.submit(NAME, request).toCompletableFuture()));
            model.open();
            all.forEach(CompletableFuture::join);
            List<List<Float>> runs = model.runs();
            assertThat(runs).allMatch(run -> run.size() <= 2);
            return runs.stream().skip(1).flatMap(List::stream).toList();
        }
    }

    private static Request ask(Priority priority, float row) {
        return Request.of(request(row)).priority(priority);
    }

    private static List<Thread> workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("mlops-inference-ordered"))
                .toList();
    }

    private static ModelServer serve(LoadedModel model, Overload overload) {
        return ModelServer.builder()
                .runtime(FakeModel.runtime(model))
                .warmUp(WarmUp.none())
                .batching(Batching.whenBusy().upTo(2))
                .overload(overload)
                .serve(NAME, OnnxModels.verified("ordered:1", new byte[] {1}))
                .start();
    }
}
