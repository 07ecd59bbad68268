package io.mlops4j.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.AliasMove;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.RegistryCapability;
import io.mlops4j.registry.RegistryView;
import io.mlops4j.registry.Subscription;
import io.mlops4j.store.Content;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every {@link ModelRegistry} must keep. Extend it, open your registry, and run it; tests of a
 * {@link RegistryCapability} that the registry lacks are skipped.
 *
 * <pre>{@code
 * class MyRegistryTest extends ModelRegistryContract {
 *     private final MyBackend backend = new MyBackend();
 *
 *     protected ModelRegistry open(Clock clock) {
 *         return new MyRegistry(backend, clock);
 *     }
 * }
 * }</pre>
 *
 * <p>Confined to one thread at a time.
 */
public abstract class ModelRegistryContract {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final ModelName RIDES = ModelName.of("rides");
    private static final Alias CHAMPION = RIDES.alias("champion");

    private final ManualClock clock = ManualClock.at(START);

    /** For subclasses. */
    protected ModelRegistryContract() {}

    /**
     * Opens a registry on the backend of this test, which is empty when a test begins. Called several times in one
     * test: all registries share the backend and nothing else.
     *
     * @param clock stamps what is written
     * @return a registry, up to date
     */
    protected abstract ModelRegistry open(Clock clock);

    private ModelRegistry open() {
        return open(clock);
    }

    private static Registration wish(ModelName model, String bytes) {
        return Registration.of(model).file("model.onnx", content(bytes));
    }

    private static Content content(String text) {
        return Content.of(text.getBytes(UTF_8));
    }

    private static ModelVersion register(ModelRegistry registry, int number) {
        return registry.register(wish(RIDES, "model " + number));
    }

    private static void assumeHistory(ModelRegistry registry) {
        assumeTrue(registry.capabilities().contains(RegistryCapability.ALIAS_HISTORY), "keeps no alias history");
    }

    private static void assumeAtomic(ModelRegistry registry) {
        assumeTrue(registry.capabilities().contains(RegistryCapability.ATOMIC_MOVES), "has no atomic moves");
    }

    private static void assumeIdempotent(ModelRegistry registry) {
        assumeTrue(
                registry.capabilities().contains(RegistryCapability.IDEMPOTENT_REGISTRATION),
                "has no idempotent registration");
    }

    @Test
    void register_everything_isReadBackByAnother() throws IOException {
        ModelRegistry registry = open();
        ModelVersion parent = register(registry, 1);
        var signature = new Signature(
                List.of(TensorSpec.of("x", ElementType.FLOAT32, Shape.DYNAMIC, 14)),
                List.of(
                        TensorSpec.of("scalar", ElementType.BOOL),
                        new SequenceSpec("s", new MapSpec("m", ElementType.INT64, ElementType.FLOAT32))));
        var provenance = Provenance.of("9f31c2e")
                .withDataset(new DatasetRef("rides-2005", Digest.of(new byte[] {1}), 1461))
                .withRun("run-1")
                .withParent(parent.id())
                .withEnvironment(Map.of("java.version", "17"));
        clock.advance(Duration.ofHours(1));

        ModelVersion version = registry.register(Registration.of(RIDES)
                .file("model.onnx", content("weights"))
                .file("profile.bin", content("profile"))
                .signature(signature)
                .provenance(provenance)
                .metric("rmse", 2.1)
                .metric("nan", Double.NaN)
                .metric("worst", Double.NEGATIVE_INFINITY)
                .tag("stage", "Ünïcode \uD83D\uDE80\n")
                .description("A model")
                .semVer(SemVer.of(1, 2, 3)));

        ModelVersion read = open().version(RIDES.version(2));
        assertThat(read).isEqualTo(version);
        assertThat(read.id()).isEqualTo(RIDES.version(2));
        assertThat(read.files()).extracting(file -> file.name()).containsExactly("model.onnx", "profile.bin");
        assertThat(read.file("model.onnx").size()).isEqualTo(7);
        assertThat(read.signature()).contains(signature);
        assertThat(read.provenance()).isEqualTo(provenance);
        assertThat(read.metrics())
                .containsEntry("rmse", 2.1)
                .containsEntry("nan", Double.NaN)
                .containsEntry("worst", Double.NEGATIVE_INFINITY);
        assertThat(read.tags()).containsEntry("stage", "Ünïcode \uD83D\uDE80\n");
        assertThat(read.semVer()).contains(SemVer.of(1, 2, 3));
        assertThat(read.registeredAt()).isEqualTo(START.plus(Duration.ofHours(1)));
        assertThat(registry.bytes(read.id(), "profile.bin", 100))
                .asString(UTF_8)
                .isEqualTo("profile");
        try (InputStream in = registry.open(read.id(), "model.onnx")) {
            assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo("weights");
        }
    }

    @Test
    void register_file_keepsOnnxUnderItsOneName(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("some name.onnx"), "weights");

        ModelVersion version = open().register(RIDES, file, Provenance.unknown());

        assertThat(version.modelFile().name()).isEqualTo(ModelVersion.MODEL_FILE);
        assertThat(version.modelFile().digest()).isEqualTo(Digest.of("weights".getBytes(UTF_8)));
    }

    @Test
    void register_missingFile_namesIt(@TempDir Path folder) {
        ModelRegistry registry = open();

        assertThatThrownBy(() -> registry.register(RIDES, folder.resolve("gone.onnx"), Provenance.unknown()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("gone.onnx");
        assertThat(registry.models()).isEmpty();
    }

    @Test
    void register_noFile_isRefused() {
        assertThatThrownBy(() -> open().register(Registration.of(RIDES)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rides");
    }

    @Test
    void register_numbersEachModelFromOne() {
        ModelRegistry registry = open();

        assertThat(register(registry, 1).id()).isEqualTo(RIDES.version(1));
        assertThat(register(registry, 1).id()).isEqualTo(RIDES.version(2));
        assertThat(registry.register(wish(ModelName.of("taxis"), "t")).id().number())
                .isEqualTo(1);
        assertThat(registry.models()).containsExactly(RIDES, ModelName.of("taxis"));
        assertThat(registry.versions(RIDES))
                .extracting(version -> version.id().number())
                .containsExactly(1, 2);
    }

    @Test
    void register_caseTwin_isRefused() {
        ModelRegistry registry = open();
        register(registry, 1);

        assertThatThrownBy(() -> open().register(wish(ModelName.of("Rides"), "m")))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("rides");
        assertThat(registry.models()).containsExactly(RIDES);
    }

    @Test
    void register_takenSemVer_isRefused() {
        ModelRegistry registry = open();
        registry.register(wish(RIDES, "a").semVer(SemVer.of(1, 0, 0)));

        assertThatThrownBy(() -> open().register(wish(RIDES, "b").semVer(SemVer.of(1, 0, 0))))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("1.0.0")
                .hasMessageContaining("rides:1");
        registry.register(wish(ModelName.of("taxis"), "b").semVer(SemVer.of(1, 0, 0)));
    }

    @Test
    void register_unknownParent_isRefused() {
        ModelRegistry registry = open();

        assertThatThrownBy(() -> registry.register(
                        wish(RIDES, "a").provenance(Provenance.unknown().withParent(RIDES.version(7)))))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("rides:7");
        assertThat(registry.models()).isEmpty();
    }

    @Test
    void register_sameKeyAgain_isTheFirstVersion() {
        ModelRegistry registry = open();
        assumeIdempotent(registry);
        ModelVersion first = registry.register(wish(RIDES, "a").idempotencyKey("trigger-17"));
        register(registry, 2);

        ModelVersion again =
                open().register(wish(RIDES, "a").idempotencyKey("trigger-17").metric("seconds", 3));

        assertThat(again).isEqualTo(first);
        assertThat(registry.versions(RIDES)).hasSize(2);
        assertThat(registry.view().tryRegistered(RIDES, "trigger-17")).contains(first);
        assertThat(registry.view().tryRegistered(RIDES, "trigger-18")).isEmpty();
    }

    @Test
    void register_sameKeyOtherFiles_isRefused() {
        ModelRegistry registry = open();
        assumeIdempotent(registry);
        registry.register(wish(RIDES, "a").idempotencyKey("trigger-17"));

        assertThatThrownBy(() -> registry.register(wish(RIDES, "b").idempotencyKey("trigger-17")))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("trigger-17")
                .hasMessageContaining("rides:1");
        assertThat(registry.register(wish(ModelName.of("taxis"), "b").idempotencyKey("trigger-17"))
                        .id()
                        .number())
                .isEqualTo(1);
    }

    @Test
    void register_sameKeyAtOnce_isOneVersion() throws Exception {
        assumeIdempotent(open());
        List<ModelVersion> versions =
                atOnce(4, registry -> registry.register(wish(RIDES, "a").idempotencyKey("trigger-17")));

        assertThat(versions).containsOnly(versions.get(0));
        assertThat(open().versions(RIDES)).hasSize(1);
    }

    @Test
    void version_unknown_saysWhichThereAre() {
        ModelRegistry registry = open();
        register(registry, 1);

        assertThatThrownBy(() -> registry.version(RIDES.version(2)))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("rides:2");
        assertThat(registry.view().tryVersion(RIDES.version(2))).isEmpty();
        assertThat(registry.versions(ModelName.of("nobody"))).isEmpty();
    }

    @Test
    void bytes_unknownFile_saysWhichThereAre() {
        ModelRegistry registry = open();
        VersionId id = register(registry, 1).id();

        assertThatThrownBy(() -> registry.bytes(id, "other.bin", 10))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("model.onnx");
    }

    @Test
    void move_toVersion_isSeenByAnother() {
        ModelRegistry registry = open();
        ModelVersion v1 = register(registry, 1);
        ModelVersion v2 = register(registry, 2);

        registry.move(CHAMPION).to(v1).because("first model", "ana");
        AliasMove move = registry.move(CHAMPION).expecting(v1).to(v2).because("better", "pipeline");

        assertThat(move.from()).contains(v1.id());
        assertThat(move.to()).contains(v2.id());
        assertThat(move.kind()).isEqualTo(AliasMove.Kind.SET);
        assertThat(open().resolve(CHAMPION)).isEqualTo(v2);
        assertThat(open().view().aliases(RIDES)).containsExactly(Map.entry("champion", v2.id()));
    }

    @Test
    void resolve_unset_namesAliasAndThoseThereAre() {
        ModelRegistry registry = open();
        ModelVersion v1 = register(registry, 1);
        registry.move(RIDES.alias("shadow")).to(v1).because("try it", "ana");

        assertThatThrownBy(() -> registry.resolve(CHAMPION))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("rides@champion")
                .hasMessageContaining("shadow");
        assertThatThrownBy(() -> registry.resolve(ModelName.of("nobody").alias("champion")))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("nobody@champion");
        assertThat(registry.tryResolve(CHAMPION)).isEmpty();
    }

    @Test
    void move_unknownVersion_isRefused() {
        ModelRegistry registry = open();
        register(registry, 1);

        assertThatThrownBy(() -> registry.move(CHAMPION).to(RIDES.version(9)).because("x", "ana"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("rides:9");
        assertThat(registry.tryResolve(CHAMPION)).isEmpty();
    }

    @Test
    void move_otherModelReservedNameOrNoReason_isRefused() {
        ModelRegistry registry = open();
        ModelVersion v1 = register(registry, 1);
        ModelVersion taxi = registry.register(wish(ModelName.of("taxis"), "t"));

        assertThatThrownBy(() -> registry.move(CHAMPION).to(taxi).because("x", "ana"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("taxis:1");
        for (String reserved : List.of("latest", "v12")) {
            assertThatThrownBy(() -> registry.move(RIDES.alias(reserved)).to(v1).because("x", "ana"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(reserved);
        }
        assertThatThrownBy(() -> registry.move(CHAMPION).to(v1).because(" ", "ana"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> registry.move(CHAMPION).to(v1).because("x", ""))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(registry.view().aliases(RIDES)).isEmpty();
    }

    @Test
    void move_staleExpectation_isConflict() {
        ModelRegistry registry = open();
        ModelVersion v1 = register(registry, 1);
        ModelVersion v2 = register(registry, 2);
        ModelVersion v3 = register(registry, 3);
        registry.move(CHAMPION).expectingNone().to(v1).because("first", "ana");
        open().move(CHAMPION).to(v2).because("better", "bob");

        assertThatThrownBy(() -> registry.move(CHAMPION).expecting(v1).to(v3).because("best", "ana"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("rides:2")
                .hasMessageContaining("rides:1");
        assertThatThrownBy(() -> registry.move(CHAMPION).expectingNone().to(v3).because("best", "ana"))
                .isInstanceOf(ConflictException.class);
        assertThat(registry.resolve(CHAMPION)).isEqualTo(v2);
    }

    @Test
    void move_manyExpectingTheSame_oneWins() throws Exception {
        ModelRegistry registry = open();
        assumeAtomic(registry);
        ModelVersion v1 = register(registry, 1);
        register(registry, 2);
        registry.move(CHAMPION).to(v1).because("first", "ana");
        var number = new AtomicInteger();

        List<Boolean> won = atOnce(4, mine -> {
            int me = number.incrementAndGet();
            try {
                mine.move(CHAMPION).expecting(v1).to(RIDES.version(2)).because("race", "racer " + me);
                return true;
            } catch (ConflictException e) {
                return false;
            }
        });

        assertThat(won).containsOnlyOnce(true);
        assertThat(open().resolve(CHAMPION).id()).isEqualTo(RIDES.version(2));
    }

    @Test
    void move_repeated_changesNothing() {
        ModelRegistry registry = open();
        assumeHistory(registry);
        ModelVersion v1 = register(registry, 1);
        ModelVersion v2 = register(registry, 2);
        registry.move(CHAMPION).to(v1).because("first", "ana");
        AliasMove move = registry.move(CHAMPION).expecting(v1).to(v2).because("better", "pipeline");

        assertThat(open().move(CHAMPION).expecting(v1).to(v2).because("better", "pipeline"))
                .isEqualTo(move);
        assertThat(registry.move(CHAMPION).to(v2).because("again", "bob")).isEqualTo(move);
        assertThat(registry.history(CHAMPION)).hasSize(2);
        assertThatThrownBy(() -> registry.move(CHAMPION).expecting(v1).to(v2).because("better", "other"))
                .isInstanceOf(ConflictException.class);
    }

    @Test
    void back_twice_undoesTwoMoves() {
        ModelRegistry registry = open();
        assumeHistory(registry);
        for (int number = 1; number <= 3; number++) {
            registry.move(CHAMPION).to(register(registry, number)).because("better", "pipeline");
        }

        AliasMove back = registry.move(CHAMPION).back().because("errors doubled", "ana");
        assertThat(back.kind()).isEqualTo(AliasMove.Kind.ROLLED_BACK);
        assertThat(back.to()).contains(RIDES.version(2));
        assertThat(open().move(CHAMPION).back().because("still bad", "ana").to())
                .contains(RIDES.version(1));
        assertThatThrownBy(() -> registry.move(CHAMPION).back().because("still bad", "ana"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("rides:1");
        assertThat(registry.history(CHAMPION)).hasSize(5);
    }

    @Test
    void back_repeatedWithExpectation_undoesOneMove() {
        ModelRegistry registry = open();
        assumeHistory(registry);
        for (int number = 1; number <= 3; number++) {
            registry.move(CHAMPION).to(register(registry, number)).because("better", "pipeline");
        }
        VersionId bad = RIDES.version(3);

        AliasMove first = registry.move(CHAMPION).expecting(bad).back().because("worse", "pipeline");
        AliasMove again = open().move(CHAMPION).expecting(bad).back().because("worse", "pipeline");

        assertThat(again).isEqualTo(first);
        assertThat(registry.resolve(CHAMPION).id()).isEqualTo(RIDES.version(2));
    }

    @Test
    void away_removesAndBackRestores() {
        ModelRegistry registry = open();
        assertThatThrownBy(() -> registry.move(CHAMPION).away().because("unused", "ana"))
                .isInstanceOf(NotFoundException.class);
        ModelVersion v1 = register(registry, 1);
        registry.move(CHAMPION).to(v1).because("first", "ana");

        AliasMove away = registry.move(CHAMPION).away().because("unused", "ana");

        assertThat(away.kind()).isEqualTo(AliasMove.Kind.REMOVED);
        assertThat(open().tryResolve(CHAMPION)).isEmpty();
        assertThat(registry.view().aliases(RIDES)).isEmpty();
        assumeHistory(registry);
        assertThat(registry.move(CHAMPION)
                        .back()
                        .because("used after all", "ana")
                        .to())
                .contains(v1.id());
    }

    @Test
    void history_keepsWhyByWhomAndWhen() {
        ModelRegistry registry = open();
        assumeHistory(registry);
        ModelVersion v1 = register(registry, 1);
        ModelVersion v2 = register(registry, 2);
        registry.move(CHAMPION).to(v1).because("first model", "ana");
        clock.advance(Duration.ofDays(1));
        registry.move(CHAMPION).to(v2).because("better", "pipeline");

        List<AliasMove> history = open().history(CHAMPION);

        assertThat(history).extracting(AliasMove::reason).containsExactly("first model", "better");
        assertThat(history).extracting(AliasMove::actor).containsExactly("ana", "pipeline");
        assertThat(history).extracting(AliasMove::time).containsExactly(START, START.plus(Duration.ofDays(1)));
        assertThat(history.get(0).from()).isEmpty();
        assertThat(history.get(1).commit()).isGreaterThan(history.get(0).commit());
        assertThat(registry.history(RIDES.alias("nobody"))).isEmpty();
    }

    @Test
    void aliasAt_answersForEachTime() {
        ModelRegistry registry = open();
        assumeHistory(registry);
        ModelVersion v1 = register(registry, 1);
        clock.advance(Duration.ofDays(1));
        registry.move(CHAMPION).to(v1).because("first", "ana");
        clock.advance(Duration.ofDays(1));
        registry.move(CHAMPION).away().because("unused", "ana");

        assertThat(registry.aliasAt(CHAMPION, START)).isEmpty();
        assertThat(registry.aliasAt(CHAMPION, START.plus(Duration.ofDays(1)))).contains(v1.id());
        assertThat(registry.aliasAt(CHAMPION, START.plus(Duration.ofHours(47)))).contains(v1.id());
        assertThat(registry.aliasAt(CHAMPION, START.plus(Duration.ofDays(2)))).isEmpty();
    }

    @Test
    void lineage_goesUpAndDown() {
        ModelRegistry registry = open();
        ModelVersion root = register(registry, 1);
        ModelVersion left = child(registry, "left", root);
        ModelVersion right = child(registry, "right", root);
        ModelVersion merged = child(registry, "merged", left, right);

        var whole = open().lineage(root.id());
        var ofLeft = registry.lineage(left.id());

        assertThat(whole.descendants()).containsExactly(left.id(), right.id(), merged.id());
        assertThat(whole.ancestors()).isEmpty();
        assertThat(whole.node(root.id()).children()).containsExactly(left.id(), right.id());
        assertThat(ofLeft.ancestors()).containsExactly(root.id());
        assertThat(ofLeft.descendants()).containsExactly(merged.id());
        assertThat(ofLeft.nodes()).doesNotContainKey(right.id());
        assertThat(ofLeft.node(left.id()).run()).contains("run-left");
    }

    private static ModelVersion child(ModelRegistry registry, String name, ModelVersion... parents) {
        Provenance provenance = Provenance.of("c").withRun("run-" + name);
        for (ModelVersion parent : parents) {
            provenance = provenance.withParent(parent.id());
        }
        return registry.register(wish(RIDES, name).provenance(provenance));
    }

    @Test
    void view_standsStillUntilRefreshed() {
        ModelRegistry mine = open();
        ModelRegistry theirs = open();
        ModelVersion v1 = register(theirs, 1);
        theirs.move(CHAMPION).to(v1).because("first", "bob");
        RegistryView before = mine.view();

        assertThat(before.tryResolve(CHAMPION)).isEmpty();
        assertThat(mine.refresh().resolve(CHAMPION)).isEqualTo(v1);
        assertThat(mine.view().resolve(CHAMPION)).isEqualTo(v1);
        assertThat(before.models()).isEmpty();
    }

    @Test
    void onMove_hearsOwnAndOthersMovesOnceAndInOrder() {
        ModelRegistry mine = open();
        ModelRegistry theirs = open();
        ModelVersion v1 = register(mine, 1);
        ModelVersion v2 = register(mine, 2);
        mine.move(CHAMPION).to(v1).because("before", "ana");
        List<String> heard = new ArrayList<>();
        Subscription subscription = mine.onMove(move -> heard.add(move.reason()));

        mine.move(CHAMPION).to(v2).because("own", "ana");
        assertThat(heard).containsExactly("own");
        theirs.move(CHAMPION).to(v1).because("theirs", "bob");
        mine.refresh();
        mine.refresh();
        assertThat(heard).containsExactly("own", "theirs");

        subscription.close();
        mine.move(CHAMPION).to(v2).because("after", "ana");
        assertThat(heard).hasSize(2);
    }

    @Test
    void onMove_listenerThatThrows_harmsNobody() {
        ModelRegistry registry = open();
        ModelVersion v1 = register(registry, 1);
        List<AliasMove> heard = new ArrayList<>();
        Subscription bad = registry.onMove(move -> {
            throw new IllegalStateException("a listener's own failure, on purpose");
        });
        Subscription good = registry.onMove(heard::add);

        registry.move(CHAMPION).to(v1).because("first", "ana");
        bad.close();
        good.close();

        assertThat(heard).hasSize(1);
        assertThat(registry.resolve(CHAMPION)).isEqualTo(v1);
    }

    @Test
    void onMove_listenerThatMoves_isHeardToo() {
        ModelRegistry registry = open();
        ModelVersion v1 = register(registry, 1);
        Alias previous = RIDES.alias("previous");
        List<Alias> heard = new ArrayList<>();
        Subscription subscription = registry.onMove(move -> {
            heard.add(move.alias());
            if (move.alias().equals(CHAMPION)) {
                registry.move(previous).to(v1).because("follows", "listener");
            }
        });

        registry.move(CHAMPION).to(v1).because("first", "ana");
        subscription.close();

        assertThat(heard).containsExactly(CHAMPION, previous);
    }

    @Test
    void writers_atOnce_loseNothing() throws Exception {
        int each = 15;
        atOnce(4, registry -> {
            for (int i = 0; i < each; i++) {
                register(registry, i);
            }
            return Optional.empty();
        });

        assertThat(open().versions(RIDES))
                .extracting(version -> version.id().number())
                .hasSize(4 * each)
                .isSorted()
                .doesNotHaveDuplicates()
                .endsWith(4 * each);
    }

    /** Something that is done with a registry of its own. */
    private interface Act<T> {
        T with(ModelRegistry registry) throws Exception;
    }

    private <T> List<T> atOnce(int writers, Act<T> act) throws Exception {
        var barrier = new CyclicBarrier(writers);
        ExecutorService pool = Executors.newFixedThreadPool(writers);
        try {
            Callable<T> one = () -> {
                ModelRegistry registry = open();
                barrier.await();
                return act.with(registry);
            };
            List<T> results = new ArrayList<>();
            for (Future<T> future : pool.invokeAll(Collections.nCopies(writers, one))) {
                results.add(future.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }
}
