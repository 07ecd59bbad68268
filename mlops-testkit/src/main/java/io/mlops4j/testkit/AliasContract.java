package io.mlops4j.testkit;

import static io.mlops4j.registry.RegistryCapability.ALIAS_HISTORY;
import static io.mlops4j.registry.RegistryCapability.ATOMIC_MOVES;
import static io.mlops4j.registry.RegistryCapability.MOVES_TOGETHER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.AliasChange;
import io.mlops4j.registry.AliasMove;
import io.mlops4j.registry.ModelRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a {@link ModelRegistry} promises of aliases. */
abstract class AliasContract extends RegistrationContract {
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
        assume(registry, ATOMIC_MOVES);
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
        assume(registry, ALIAS_HISTORY);
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
        assume(registry, ALIAS_HISTORY);
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
        assume(registry, ALIAS_HISTORY);
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
        assume(registry, ALIAS_HISTORY);
        assertThat(registry.move(CHAMPION)
                        .back()
                        .because("used after all", "ana")
                        .to())
                .contains(v1.id());
    }

    @Test
    void backTo_undoesAllMovesSince() {
        ModelRegistry registry = open();
        assume(registry, ALIAS_HISTORY);
        for (int number = 1; number <= 4; number++) {
            registry.move(CHAMPION).to(register(registry, number)).because("better", "pipeline");
        }
        VersionId v2 = RIDES.version(2);

        AliasMove back =
                registry.move(CHAMPION).expecting(RIDES.version(4)).backTo(v2).because("worse", "ana");
        AliasMove again =
                open().move(CHAMPION).expecting(RIDES.version(4)).backTo(v2).because("worse", "ana");

        assertThat(back.kind()).isEqualTo(AliasMove.Kind.ROLLED_BACK);
        assertThat(back.to()).contains(v2);
        assertThat(again).isEqualTo(back);
        assertThatThrownBy(
                        () -> registry.move(CHAMPION).backTo(RIDES.version(3)).because("x", "ana"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("rides:3");
        assertThat(registry.move(CHAMPION).back().because("still bad", "ana").to())
                .contains(RIDES.version(1));
    }

    @Test
    void together_movesAllInOneCommit() {
        ModelRegistry registry = open();
        assume(registry, MOVES_TOGETHER);
        ModelVersion v1 = register(registry, 1);
        ModelVersion v2 = register(registry, 2);
        ModelVersion taxi = registry.register(wish(ModelName.of("taxis"), "t"));
        Alias previous = RIDES.alias("previous");
        registry.move(CHAMPION).to(v1).because("first", "ana");

        List<AliasMove> moves = registry.together()
                .move(CHAMPION, change -> change.expecting(v1).to(v2))
                .move(previous, change -> change.expectingNone().to(v1))
                .move(taxi.id().model().alias("champion"), change -> change.to(taxi))
                .because("v2 won", "ana");

        assertThat(moves)
                .extracting(AliasMove::commit)
                .containsOnly(moves.get(0).commit());
        assertThat(moves).extracting(AliasMove::alias).startsWith(CHAMPION, previous);
        assertThat(open().refresh().aliases(RIDES))
                .containsExactly(Map.entry("champion", v2.id()), Map.entry("previous", v1.id()));
    }

    @Test
    void together_oneConflict_movesNone() {
        ModelRegistry registry = open();
        assume(registry, MOVES_TOGETHER);
        ModelVersion v1 = register(registry, 1);
        ModelVersion v2 = register(registry, 2);
        registry.move(CHAMPION).to(v1).because("first", "ana");
        Alias shadow = RIDES.alias("shadow");

        assertThatThrownBy(() -> registry.together()
                        .move(shadow, change -> change.to(v2))
                        .move(CHAMPION, change -> change.expecting(v2).to(v2))
                        .because("both", "ana"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("rides@champion");
        assertThatThrownBy(() -> registry.together()
                        .move(shadow, change -> change.to(v2))
                        .move(shadow, change -> change.to(v1))
                        .because("twice", "ana"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> registry.together().because("none", "ana"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(open().refresh().aliases(RIDES)).containsOnlyKeys("champion");
    }

    @Test
    void together_backAndRepeat() {
        ModelRegistry registry = open();
        assume(registry, MOVES_TOGETHER);
        assume(registry, ALIAS_HISTORY);
        ModelVersion v1 = register(registry, 1);
        ModelVersion v2 = register(registry, 2);
        Alias shadow = RIDES.alias("shadow");
        registry.move(CHAMPION).to(v1).because("first", "ana");
        registry.move(shadow).to(v2).because("first", "ana");
        swap(registry, v1, v2);
        assertThat(swap(open(), v1, v2)).hasSize(2);
        assertThat(registry.history(CHAMPION)).hasSize(2);

        registry.together()
                .move(CHAMPION, AliasChange::back)
                .move(shadow, AliasChange::back)
                .because("undone", "ana");

        assertThat(open().refresh().aliases(RIDES))
                .containsExactly(Map.entry("champion", v1.id()), Map.entry("shadow", v2.id()));
    }

    private static List<AliasMove> swap(ModelRegistry registry, ModelVersion v1, ModelVersion v2) {
        return registry.together()
                .move(CHAMPION, change -> change.expecting(v1).to(v2))
                .move(RIDES.alias("shadow"), change -> change.expecting(v2).to(v1))
                .because("swap", "ana");
    }
}
