package io.mlops4j.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.StorageException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.AliasMove;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.MoveRequest;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.Content;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.testkit.LinearizabilityContract.Tally;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Clients that register versions of one model, move two aliases and look, in three to five calls each, every client
 * through a registry of its own. Each history has a model of its own.
 */
final class RegistryClients implements LinearizabilityContract.Clients {
    private static final int ATTEMPTS = 100;

    private final List<ModelRegistry> registries = new ArrayList<>();
    private final List<History<ModelSpecification.Ask, String>> histories = new ArrayList<>();

    RegistryClients(ObjectStore store, int histories, int clients) {
        ManualClock clock = ManualClock.at(Instant.parse("2026-01-01T00:00:00Z"));
        for (int i = 0; i < clients; i++) {
            registries.add(open(store, clock));
        }
        for (int i = 0; i < histories; i++) {
            this.histories.add(new History<>());
        }
    }

    private static ModelRegistry open(ObjectStore store, ManualClock clock) {
        for (int attempt = 1; ; attempt++) {
            try {
                return StoreRegistry.open(store, clock);
            } catch (StorageException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Yields now and then, so that more interleavings are seen; nothing relies on it. */
    @Override
    @SuppressWarnings("ThreadPriorityCheck")
    public void play(int client, int history, SplittableRandom random) {
        ModelRegistry registry = registries.get(client);
        History<ModelSpecification.Ask, String> model = histories.get(history);
        ModelName name = ModelName.of("model-" + history);
        int calls = 3 + random.nextInt(3);
        for (int call = 0; call < calls; call++) {
            String label = client + "-" + history + "-" + call;
            Alias alias = name.alias(random.nextBoolean() ? "champion" : "challenger");
            switch (random.nextInt(5)) {
                case 0 -> model.call(client, ModelSpecification.register(), () -> register(registry, name, label));
                case 1 ->
                    model.call(
                            client,
                            ModelSpecification.count(),
                            () -> ModelSpecification.version(
                                    registry.versions(name).size()));
                case 2 -> model.call(client, ModelSpecification.resolve(alias.name()), () -> resolve(registry, alias));
                default -> {
                    int expected = random.nextInt(5) - 1;
                    int target = 1 + random.nextInt(4);
                    model.call(
                            client,
                            ModelSpecification.move(alias.name(), expected, target),
                            () -> move(registry, alias, expected, target, label));
                }
            }
            if (random.nextInt(3) == 0) {
                Thread.yield();
            }
        }
    }

    private static String register(ModelRegistry registry, ModelName name, String label) {
        return ModelSpecification.version(
                registry.register(Registration.of(name).file("model.bin", Content.of(label.getBytes(UTF_8))))
                        .id()
                        .number());
    }

    private static String resolve(ModelRegistry registry, Alias alias) {
        return ModelSpecification.version(
                registry.tryResolve(alias).map(version -> version.id().number()).orElse(ModelSpecification.NOWHERE));
    }

    /** Every move has a reason of its own, so that none is taken for the repeat of another. */
    private static String move(ModelRegistry registry, Alias alias, int expected, int target, String reason) {
        try {
            AliasMove move = registry.move(new MoveRequest(
                    alias,
                    expected(alias, expected),
                    new MoveRequest.To(alias.model().version(target)),
                    reason,
                    "test"));
            return move.reason().equals(reason)
                    ? ModelSpecification.movedFrom(
                            move.from().map(VersionId::number).orElse(ModelSpecification.NOWHERE))
                    : ModelSpecification.STAYS;
        } catch (ConflictException e) {
            return ModelSpecification.CONFLICT;
        } catch (NotFoundException e) {
            return ModelSpecification.NOT_FOUND;
        }
    }

    private static MoveRequest.Expected expected(Alias alias, int version) {
        return switch (version) {
            case ModelSpecification.ANYWHERE -> new MoveRequest.Anywhere();
            case ModelSpecification.NOWHERE -> new MoveRequest.Exactly(Optional.empty());
            default -> new MoveRequest.Exactly(Optional.of(alias.model().version(version)));
        };
    }

    @Override
    public Tally check() {
        var checker = Linearizability.of(new ModelSpecification());
        var all = new Tally(0, 0, 0, 0);
        for (History<ModelSpecification.Ask, String> history : histories) {
            checker.require(history);
            all = all.plus(Tally.of(history));
        }
        return all;
    }
}
