package io.mlops4j.testkit;

import static io.mlops4j.registry.RegistryCapability.ANNOTATIONS;
import static io.mlops4j.registry.RegistryCapability.MOVES_TOGETHER;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasMove;
import io.mlops4j.registry.Annotation;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryView;
import io.mlops4j.registry.Subscription;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a {@link ModelRegistry} promises of its view, and to those who listen. */
abstract class AliasListenerContract extends AliasHistoryContract {
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
    void onMove_movedTogether_areHeardInOrderWithAllInView() {
        ModelRegistry mine = open();
        assume(mine, MOVES_TOGETHER);
        ModelVersion v1 = register(mine, 1);
        Alias shadow = RIDES.alias("shadow");
        List<AliasMove> heard = new ArrayList<>();
        List<Integer> inView = new ArrayList<>();
        Subscription subscription = mine.onMove(move -> {
            heard.add(move);
            inView.add(mine.view().aliases(RIDES).size());
        });

        open().together()
                .move(shadow, change -> change.to(v1))
                .move(CHAMPION, change -> change.to(v1))
                .because("both", "bob");
        mine.refresh();
        mine.refresh();
        subscription.close();

        assertThat(heard).extracting(AliasMove::alias).containsExactly(shadow, CHAMPION);
        assertThat(heard.get(0).commit()).isEqualTo(heard.get(1).commit());
        assertThat(inView).containsExactly(2, 2);
    }

    @Test
    void onMove_otherChangesInBetween_areNoMoves() {
        ModelRegistry registry = open();
        assume(registry, ANNOTATIONS);
        ModelVersion v1 = register(registry, 1);
        List<AliasMove> heard = new ArrayList<>();
        Subscription subscription = registry.onMove(heard::add);

        registry.edit(v1).annotate(Annotation.none().tag("a", "b")).because("x", "ana");
        registry.move(CHAMPION).to(v1).because("first", "ana");
        registry.edit(v1).annotate(Annotation.none().tag("a", "c")).because("x", "ana");
        registry.move(CHAMPION).away().because("gone", "ana");
        subscription.close();

        assertThat(heard).extracting(AliasMove::reason).containsExactly("first", "gone");
    }
}
