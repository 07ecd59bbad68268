package io.mlops4j.serving;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Value;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.model.VersionId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/*
 * Stands before the dispatcher of one loaded version, and asks it only what is not known.
 *
 *  - A call has pinned its version before it comes here, and what is looked up names that version's files: so an answer is
 *    always of the version that the prediction names, whatever is swapped meanwhile. The cache is the server's and outlives
 *    versions; who is computing what (Flights) belongs to a loaded version, so that ending a version ends whatever its
 *    callers wait for.
 *  - What is kept is immutable: tensors are, maps are copied, rows and their answers are arrays that nobody else has.
 */
/**
 * Answers from a cache what it can.
 *
 * <p>Thread-safe.
 */
final class CachingDispatcher implements Dispatcher {
    private final Dispatcher model;
    private final ResponseCache cache;
    private final String label;
    private final Digest files;
    private final Signature signature;
    private final List<String> names;
    private final boolean byRow;
    private final CacheMeters meters;
    private final Flights<InputsQuestion, Map<String, Value>> flights;
    private final Flights<RowQuestion, float[]> rowFlights;

    /** What waits for it is bounded by the flights' followers. */
    private final ThreadPoolExecutor tellers;

    private CachingDispatcher(
            Dispatcher model,
            ResponseCache cache,
            String label,
            Digest files,
            Signature signature,
            boolean byRow,
            CacheMeters meters,
            Deadlines deadlines,
            ThreadPoolExecutor tellers) {
        this.model = model;
        this.cache = cache;
        this.label = label;
        this.files = files;
        this.signature = signature;
        this.names = signature.inputs().stream().map(ValueSpec::name).toList();
        this.byRow = byRow;
        this.meters = meters;
        this.tellers = tellers;
        this.flights = new Flights<>(deadlines, tellers);
        this.rowFlights = new Flights<>(deadlines, tellers);
    }

    /**
     * Caches whole requests and scored rows.
     *
     * @param byRow whether to cache the rows of requests as well: only of a model whose rows do not influence each other
     */
    static CachingDispatcher of(
            VersionId version,
            Dispatcher model,
            ResponseCache cache,
            VerifiedModel verified,
            Signature signature,
            boolean byRow,
            CacheMeters meters,
            Deadlines deadlines) {
        return new CachingDispatcher(
                model,
                cache,
                version.toString(),
                files(version.model(), verified),
                signature,
                byRow,
                meters,
                deadlines,
                WorkerThread.pool(1, Integer.MAX_VALUE, () -> "mlops-cache-" + verified.label()));
    }

    /**
     * The digest of a model's name and all its files, by name. Another model of the same files may have another runtime, and
     * so other answers.
     */
    private static Digest files(ModelName model, VerifiedModel verified) {
        var sha = Digest.sha256();
        sha.update(
                Digest.of(model.value().getBytes(StandardCharsets.UTF_8)).hex().getBytes(StandardCharsets.US_ASCII));
        verified.digests().forEach((name, digest) -> {
            sha.update(Digest.of(name.getBytes(StandardCharsets.UTF_8)).hex().getBytes(StandardCharsets.US_ASCII));
            sha.update(digest.hex().getBytes(StandardCharsets.US_ASCII));
        });
        return Digest.of(sha);
    }

    @Override
    public Map<String, Value> run(Call call) {
        InputsQuestion question = question(call.inputs());
        if (question == null) {
            return model.run(call);
        }
        RequestAsked asked = asked(question, call);
        Map<String, Value> known = asked.known();
        return known == null ? flights.run(question, asked) : known;
    }

    @Override
    public CompletionStage<Map<String, Value>> submit(Call call) {
        InputsQuestion question = question(call.inputs());
        if (question == null) {
            return model.submit(call);
        }
        RequestAsked asked = asked(question, call);
        Map<String, Value> known = asked.known();
        return known == null ? flights.submit(question, asked) : CompletableFuture.completedFuture(known);
    }

    private @Nullable InputsQuestion question(Map<String, Value> inputs) {
        return InputsQuestion.of(files, names, inputs);
    }

    private RequestAsked asked(InputsQuestion question, Call call) {
        if (!byRow || Rows.common(call.inputs()) <= 1 || Rows.bytes(call.inputs()) == 0) {
            return new WholeAsked(model, cache, meters, call, question);
        }
        InputCheck.check(label, signature, call.inputs()); // a refusal names the shape that was sent, not that of a row
        return new RowsAsked(model, cache, meters, call, this::question);
    }

    @Override
    public void score(RowScorer scorer, float[] row, float[] out) {
        if (row.length != scorer.features() || out.length < scorer.outputs()) {
            model.score(scorer, row, out); // refuses them
            return;
        }
        RowQuestion question = RowQuestion.over(files, row);
        float[] answer = cache.find(question);
        if (answer != null) {
            meters.count(CacheMeters.Result.HIT);
        } else {
            RowQuestion kept = question.kept();
            answer = rowFlights.run(kept, new ScoreAsked(model, cache, meters, kept, scorer));
        }
        System.arraycopy(answer, 0, out, 0, answer.length);
    }

    @Override
    public void terminate() {
        model.terminate(); // which ends what leads; followers then ask the model, and are refused by it
    }

    @Override
    public void close() {
        model.close();
        tellers.shutdown();
    }
}
