package io.mlops4j.serving;

import io.mlops4j.StorageException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.serving.rollout.Rollouts;
import io.mlops4j.serving.rollout.Signals;
import io.mlops4j.store.Content;
import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.testkit.ManualClock;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/** A registry with three versions of a model that answer with their number, and replicas that serve the first. */
final class RolloutFixture implements AutoCloseable {
    static final ModelName RIDES = ModelName.of("rides");
    static final VersionId V1 = RIDES.version(1);
    static final VersionId V2 = RIDES.version(2);

    final ManualClock clock = ManualClock.at(Instant.parse("2026-11-21T12:00:00Z"));
    final MemoryObjectStore store = new MemoryObjectStore();
    final AtomicBoolean secondFails = new AtomicBoolean();

    /** What a version does instead of answering, by its number; it may throw, or wait. */
    final Map<Byte, Runnable> instead = new ConcurrentHashMap<>();

    /** What is loaded instead of a version that answers with its number. */
    final Map<Byte, LoadedModel> others = new ConcurrentHashMap<>();

    /** The newest loading of each version, by its number. */
    final Map<Byte, WeakReference<LoadedModel>> models = new ConcurrentHashMap<>();

    final Set<String> threadsOfSecond = ConcurrentHashMap.newKeySet();
    final AtomicBoolean editsFail = new AtomicBoolean();
    final ModelRegistry registry = failing(StoreRegistry.open(store, clock));
    private final List<ModelServer> servers = new ArrayList<>();

    RolloutFixture() {
        for (int number = 1; number <= 3; number++) {
            registry.register(Registration.of(RIDES)
                    .file(ModelVersion.MODEL_FILE, Content.of(new byte[] {(byte) number}))
                    .provenance(Provenance.unknown()));
        }
        move(V1);
    }

    /** A registry that cannot be edited while it is told so. */
    private ModelRegistry failing(ModelRegistry there) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            if (editsFail.get() && method.getName().equals("edit")) {
                throw new StorageException("told to fail");
            }
            try {
                return method.invoke(there, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        return (ModelRegistry) Proxy.newProxyInstance(
                ModelRegistry.class.getClassLoader(), new Class<?>[] {ModelRegistry.class}, handler);
    }

    void move(VersionId version) {
        registry.move(RIDES.alias("champion")).to(registry.version(version)).because("test", "test");
    }

    ModelServer replica() {
        return replica(Signals.none(), builder -> builder);
    }

    ModelServer replica(Signals signals, UnaryOperator<ModelServerBuilder> more) {
        ModelServer server = more.apply(ModelServer.of(registry)
                        .serve(RIDES.alias("champion"))
                        .runtime(new Numbers())
                        .warmUp(WarmUp.none())
                        .clock(clock)
                        .rollouts(Rollouts.of(registry, store)
                                .clock(clock)
                                .signals(RIDES, signals)
                                .byHand()))
                .start();
        servers.add(server);
        return server;
    }

    static Prediction ask(ModelServer where, String key) {
        return where.predict(RIDES, Request.of(FakeModel.REQUEST).key(key));
    }

    static List<Prediction> ask(ModelServer where, int from, int to) {
        List<Prediction> answers = new ArrayList<>();
        for (int i = from; i < to; i++) {
            answers.add(ask(where, "user-" + i));
        }
        return answers;
    }

    @Override
    public void close() {
        servers.forEach(ModelServer::close);
    }

    /** Answers with the number in the file; the second version fails if told to. */
    private final class Numbers implements InferenceRuntime {
        @Override
        public String name() {
            return "numbers";
        }

        @Override
        public boolean accepts(VerifiedModel model) {
            return true;
        }

        @Override
        public LoadedModel load(VerifiedModel model) {
            byte number = model.bytes()[0];
            LoadedModel other = others.get(number);
            if (other != null) {
                return other;
            }
            var loaded = new LoadedModel() {
                @Override
                public Signature signature() {
                    return new Signature(
                            List.of(TensorSpec.of("x", ElementType.FLOAT32, Shape.DYNAMIC)),
                            List.of(TensorSpec.of("y", ElementType.FLOAT32, Shape.DYNAMIC)));
                }

                @Override
                public Map<String, Value> run(Map<String, Value> inputs) {
                    if (number == 2) {
                        threadsOfSecond.add(Thread.currentThread().getName() + " of priority "
                                + Thread.currentThread().getPriority());
                    }
                    if (number == 2 && secondFails.get()) {
                        throw new InferenceException("told to fail", null);
                    }
                    instead.getOrDefault(number, () -> {}).run();
                    return Map.of("y", Tensor.ofFloats(new float[] {number}, 1));
                }

                @Override
                public void close() {
                    // Holds nothing.
                }
            };
            models.put(number, new WeakReference<>(loaded));
            return loaded;
        }
    }
}
