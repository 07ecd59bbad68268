package io.mlops4j.training;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.json.Json;
import io.mlops4j.store.Commit;
import io.mlops4j.store.Fold;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that a model's watch must not forget; each commit of its journal holds the whole of it. The names and fields are a
 * format: add, but do not rename.
 *
 * <p>Immutable.
 *
 * @param policy what the policy remembers
 * @param baseline the last training that was promoted
 * @param before the one before, to go back to after a rollback
 * @param lookedAt when the triggers were looked at last, as far as it mattered
 * @param requests how many requests were made
 * @param open the request that is not settled
 * @param decision the last decision that was written down
 */
record WatchMemory(
        PolicyMemory policy,
        Baseline baseline,
        Optional<Baseline> before,
        Instant lookedAt,
        long requests,
        Optional<Open> open,
        Optional<TrainingDecision> decision) {
    static final Fold<Optional<WatchMemory>> FOLD = new Newest();

    WatchMemory {
        requireNonNull(policy, "policy");
        requireNonNull(baseline, "baseline");
        requireNonNull(before, "before");
        requireNonNull(lookedAt, "lookedAt");
        requireNonNull(open, "open");
        requireNonNull(decision, "decision");
    }

    /** A training that serves: its request (empty for what was there at the start), and how many rows there were. */
    record Baseline(Optional<String> request, Instant at, long rows) {}

    /** A request that is under way, and how many rows there were when it was made. */
    record Open(TrainingRequest request, long rows) {}

    static WatchMemory starting(Instant at, Baseline baseline) {
        return new WatchMemory(
                PolicyMemory.startingAt(baseline.at()),
                baseline,
                Optional.empty(),
                at,
                0,
                Optional.empty(),
                Optional.empty());
    }

    WatchMemory decided(TrainingDecision made, PolicyMemory remembered) {
        return new WatchMemory(remembered, baseline, before, made.at(), requests, open, Optional.of(made));
    }

    WatchMemory opened(TrainingRequest request, long rows) {
        return new WatchMemory(
                policy, baseline, before, lookedAt, requests + 1, Optional.of(new Open(request, rows)), decision);
    }

    WatchMemory promoted() {
        Open done = open.orElseThrow();
        var now = new Baseline(Optional.of(done.request().id()), done.request().at(), done.rows());
        var fresh = new PolicyMemory(policy.streak(), policy.armed(), policy.fired(), 0, now.at());
        return new WatchMemory(fresh, now, Optional.of(baseline), lookedAt, requests, Optional.empty(), decision);
    }

    WatchMemory rejected() {
        return new WatchMemory(
                disappointed(baseline.at()), baseline, before, lookedAt, requests, Optional.empty(), decision);
    }

    WatchMemory rolledBack() {
        Baseline back = before.orElse(baseline);
        return new WatchMemory(disappointed(back.at()), back, Optional.empty(), lookedAt, requests, open, decision);
    }

    private PolicyMemory disappointed(Instant trainedAt) {
        return new PolicyMemory(0, true, policy.fired(), policy.rejected() + 1, trainedAt);
    }

    /** Whether a decision says something that the last one written down does not. */
    boolean isNews(TrainingDecision made, PolicyMemory remembered) {
        List<Ask> known = decision.map(TrainingDecision::asks).orElse(List.of());
        boolean sameAsks = known.size() == made.asks().size();
        for (int i = 0; sameAsks && i < known.size(); i++) {
            sameAsks = known.get(i).sameAs(made.asks().get(i));
        }
        boolean sameRuling = decision.map(TrainingDecision::ruling)
                .orElse(TrainingDecision.Ruling.QUIET)
                .equals(made.ruling());
        return !sameAsks || !sameRuling || !remembered.equals(policy);
    }

    private static final class Newest implements Fold<Optional<WatchMemory>> {
        @Override
        public Optional<WatchMemory> empty() {
            return Optional.empty();
        }

        @Override
        public Optional<WatchMemory> apply(Optional<WatchMemory> state, List<Commit> commits) {
            Commit newest = commits.get(commits.size() - 1);
            return Optional.of(Json.read("training memory " + newest.number(), newest.event(), WatchMemory.class));
        }

        @Override
        public byte[] checkpoint(Optional<WatchMemory> state) {
            return Json.write(state.orElseThrow());
        }

        @Override
        public Optional<WatchMemory> restore(byte[] checkpoint) {
            return Optional.of(Json.read("training checkpoint", checkpoint, WatchMemory.class));
        }
    }
}
