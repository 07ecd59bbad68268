package io.mlops4j.testkit;

import static io.mlops4j.testkit.ModelSpecification.ANYWHERE;
import static io.mlops4j.testkit.ModelSpecification.CONFLICT;
import static io.mlops4j.testkit.ModelSpecification.NOT_FOUND;
import static io.mlops4j.testkit.ModelSpecification.NOWHERE;
import static io.mlops4j.testkit.ModelSpecification.count;
import static io.mlops4j.testkit.ModelSpecification.move;
import static io.mlops4j.testkit.ModelSpecification.movedFrom;
import static io.mlops4j.testkit.ModelSpecification.register;
import static io.mlops4j.testkit.ModelSpecification.resolve;
import static io.mlops4j.testkit.ModelSpecification.version;
import static io.mlops4j.testkit.ObjectSpecification.ABSENT;
import static io.mlops4j.testkit.ObjectSpecification.CREATED;
import static io.mlops4j.testkit.ObjectSpecification.DELETED;
import static io.mlops4j.testkit.ObjectSpecification.EXISTS;
import static io.mlops4j.testkit.ObjectSpecification.LISTED;
import static io.mlops4j.testkit.ObjectSpecification.delete;
import static io.mlops4j.testkit.ObjectSpecification.get;
import static io.mlops4j.testkit.ObjectSpecification.list;
import static io.mlops4j.testkit.ObjectSpecification.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The checker is checked: it takes what could have happened, and nothing else. */
class LinearizabilityTest {
    private final Linearizability<Optional<String>, ObjectSpecification.Ask, String> objects =
            Linearizability.of(new ObjectSpecification());
    private final Linearizability<ModelSpecification.Known, ModelSpecification.Ask, String> models =
            Linearizability.of(new ModelSpecification());

    /** Writes histories by hand: {@code does} is a call alone, {@code during} one that lasts from a time to a time. */
    private static final class Told<I> {
        private final History<I, String> history = new History<>();
        private long now = 1000;

        Told<I> does(I ask, String answer) {
            now += 2;
            return during(now - 2, now - 1, ask, answer);
        }

        Told<I> during(long begin, long end, I ask, String answer) {
            history.add(new History.Event<>(0, ask, Optional.of(answer), begin, end));
            return this;
        }

        Told<I> unanswered(long begin, I ask) {
            history.add(new History.Event<>(0, ask, Optional.empty(), begin, Long.MAX_VALUE));
            return this;
        }
    }

    private static Told<ObjectSpecification.Ask> key() {
        return new Told<>();
    }

    private static Told<ModelSpecification.Ask> model() {
        return new Told<>();
    }

    @Test
    void accepts_badHistoriesOfAKey_none() {
        Map<String, Told<ObjectSpecification.Ask>> bad = new LinkedHashMap<>();
        bad.put(
                "created twice, one after the other",
                key().does(put("a"), CREATED).does(put("b"), CREATED));
        bad.put(
                "created twice at the same time",
                key().during(1, 4, put("a"), CREATED).during(2, 3, put("b"), CREATED));
        bad.put("created and absent", key().does(put("a"), CREATED).does(get(), ABSENT));
        bad.put("created and not listed", key().does(put("a"), CREATED).does(list(), ABSENT));
        bad.put("exists before any create", key().does(put("a"), EXISTS).does(put("b"), CREATED));
        bad.put("exists without a create", key().during(1, 4, put("a"), EXISTS).during(2, 3, put("b"), EXISTS));
        bad.put(
                "the loser's value",
                key().during(1, 4, put("a"), CREATED)
                        .during(2, 3, put("b"), EXISTS)
                        .does(get(), "b"));
        bad.put("a value from nowhere", key().does(put("a"), CREATED).does(get(), "b"));
        bad.put("a value before its put", key().does(get(), "a").does(put("a"), CREATED));
        bad.put(
                "overwritten",
                key().does(put("a"), CREATED).does(put("b"), EXISTS).does(get(), "b"));
        bad.put(
                "seen by one, then not by the next, during the put",
                key().during(1, 10, put("a"), CREATED).during(2, 3, get(), "a").during(4, 5, get(), ABSENT));
        bad.put(
                "read, then not listed, during the put",
                key().during(1, 10, put("a"), CREATED).during(2, 3, get(), "a").during(4, 5, list(), ABSENT));
        bad.put(
                "there after a delete",
                key().does(put("a"), CREATED).does(delete(), DELETED).does(get(), "a"));
        bad.put(
                "listed after a delete",
                key().does(put("a"), CREATED).does(delete(), DELETED).does(list(), LISTED));
        bad.put(
                "gone without a delete",
                key().does(put("a"), CREATED).does(get(), "a").does(get(), ABSENT));
        bad.put(
                "created anew without a delete",
                key().does(put("a"), CREATED).does(get(), "a").does(put("b"), CREATED));
        bad.put(
                "resurrected by the delete of another value",
                key().does(put("a"), CREATED)
                        .does(delete(), DELETED)
                        .does(put("b"), CREATED)
                        .does(get(), "a"));
        bad.put(
                "an unanswered put seen before it was made",
                key().does(get(), "a").unanswered(5000, put("a")));
        bad.put(
                "an unanswered put that lands twice",
                key().unanswered(1, put("a"))
                        .does(get(), "a")
                        .does(delete(), DELETED)
                        .does(get(), ABSENT)
                        .does(get(), "a"));
        bad.put(
                "an unanswered put whose effect goes away",
                key().unanswered(1, put("a")).does(get(), "a").does(get(), ABSENT));
        bad.put(
                "an unanswered put over a taken key",
                key().does(put("b"), CREATED).unanswered(1002, put("a")).does(get(), "a"));

        bad.forEach(
                (why, told) -> assertThat(objects.accepts(told.history)).as(why).isFalse());
        assertThat(bad).hasSizeGreaterThanOrEqualTo(20);
    }

    @Test
    void accepts_badHistoriesOfAModel_none() {
        Map<String, Told<ModelSpecification.Ask>> bad = new LinkedHashMap<>();
        bad.put("one number twice", model().does(register(), version(1)).does(register(), version(1)));
        bad.put("a number left out", model().does(register(), version(1)).does(register(), version(3)));
        bad.put(
                "numbers against the order of time",
                model().does(register(), version(2)).does(register(), version(1)));
        bad.put("a registration forgotten", model().does(register(), version(1)).does(count(), version(0)));
        bad.put(
                "two winners of one alias",
                registered(2)
                        .during(1, 4, move("c", NOWHERE, 1), movedFrom(0))
                        .during(2, 3, move("c", NOWHERE, 2), movedFrom(0)));
        bad.put(
                "a lost update",
                registered(3)
                        .does(move("c", NOWHERE, 1), movedFrom(0))
                        .during(2000, 2010, move("c", ANYWHERE, 2), movedFrom(1))
                        .during(2001, 2009, move("c", ANYWHERE, 3), movedFrom(1)));
        bad.put(
                "a stale alias",
                registered(2)
                        .does(move("c", NOWHERE, 1), movedFrom(0))
                        .does(move("c", 1, 2), movedFrom(1))
                        .does(resolve("c"), version(1)));
        bad.put(
                "an alias that goes back by itself",
                registered(2)
                        .does(move("c", NOWHERE, 1), movedFrom(0))
                        .during(2000, 2010, move("c", 1, 2), movedFrom(1))
                        .during(2001, 2002, resolve("c"), version(2))
                        .during(2003, 2004, resolve("c"), version(1)));
        bad.put("a false conflict", registered(1).does(move("c", NOWHERE, 1), CONFLICT));
        bad.put("a version missed", registered(1).does(move("c", NOWHERE, 1), NOT_FOUND));
        bad.put(
                "an alias at a version to come",
                model().does(move("c", NOWHERE, 1), movedFrom(0)).does(register(), version(1)));
        bad.put(
                "two aliases seen in opposite orders",
                registered(1)
                        .during(2000, 2020, move("a", NOWHERE, 1), movedFrom(0))
                        .during(2000, 2020, move("b", NOWHERE, 1), movedFrom(0))
                        .during(2001, 2002, resolve("a"), version(1))
                        .during(2003, 2004, resolve("b"), version(0))
                        .during(2001, 2002, resolve("b"), version(1))
                        .during(2003, 2004, resolve("a"), version(0)));
        bad.put(
                "an unanswered registration that counts for two",
                model().unanswered(1, register()).does(count(), version(2)));

        bad.forEach(
                (why, told) -> assertThat(models.accepts(told.history)).as(why).isFalse());
        assertThat(bad).hasSizeGreaterThanOrEqualTo(10);
    }

    private static Told<ModelSpecification.Ask> registered(int versions) {
        Told<ModelSpecification.Ask> told = model();
        for (int i = 1; i <= versions; i++) {
            told.during(-100 + 2 * i, -99 + 2 * i, register(), version(i));
        }
        return told;
    }

    @Test
    void accepts_goodHistories_all() {
        List<Told<ObjectSpecification.Ask>> good = List.of(
                key(),
                key().does(get(), ABSENT)
                        .does(put("a"), CREATED)
                        .does(put("b"), EXISTS)
                        .does(get(), "a"),
                key().during(1, 4, put("a"), EXISTS)
                        .during(2, 3, put("b"), CREATED)
                        .does(get(), "b"),
                key().during(1, 10, put("a"), CREATED)
                        .during(2, 3, get(), ABSENT)
                        .during(4, 5, get(), "a"),
                key().during(1, 10, put("a"), CREATED).during(2, 9, get(), "a").during(3, 8, get(), ABSENT),
                key().during(1, 10, put("a"), CREATED)
                        .during(2, 3, get(), "a")
                        .does(delete(), DELETED)
                        .does(list(), ABSENT),
                key().unanswered(1, put("a"))
                        .does(get(), ABSENT)
                        .does(get(), "a")
                        .does(put("b"), EXISTS),
                key().unanswered(1, put("a")).does(put("b"), CREATED).does(get(), "b"),
                key().unanswered(1, put("a"))
                        .does(put("b"), CREATED)
                        .does(delete(), DELETED)
                        .does(get(), "a"),
                key().does(put("a"), CREATED)
                        .unanswered(1002, delete())
                        .does(get(), "a")
                        .does(get(), ABSENT),
                key().unanswered(1, put("a"))
                        .unanswered(2, delete())
                        .does(get(), "a")
                        .does(get(), ABSENT));
        for (int i = 0; i < good.size(); i++) {
            assertThat(objects.accepts(good.get(i).history)).as("history %s", i).isTrue();
        }
        assertThat(models.accepts(registered(2)
                        .during(1, 4, move("c", NOWHERE, 1), CONFLICT)
                        .during(2, 3, move("c", NOWHERE, 2), movedFrom(0))
                        .unanswered(5, register())
                        .does(count(), version(2))
                        .does(register(), version(4))
                        .history))
                .isTrue();
    }

    /** Answers are made up along a random order of overlapping calls; then one answer is changed. */
    @Test
    void accepts_randomHistories_thoseThatHappenedAndNotThoseThatDid() {
        long seed = 20261121;
        var random = new SplittableRandom(seed);
        int rejected = 0;
        for (int round = 0; round < 2000; round++) {
            List<History.Event<ObjectSpecification.Ask, String>> events = happened(random);
            assertThat(objects.accepts(history(events)))
                    .as("seed %s, round %s", seed, round)
                    .isTrue();
            int which = random.nextInt(events.size());
            var event = events.get(which);
            events.set(
                    which,
                    new History.Event<>(
                            event.client(),
                            event.input(),
                            Optional.of("a value from nowhere"),
                            event.begin(),
                            event.end()));
            rejected += objects.accepts(history(events)) ? 0 : 1;
        }
        assertThat(rejected).isEqualTo(2000);
    }

    private static History<ObjectSpecification.Ask, String> history(
            List<History.Event<ObjectSpecification.Ask, String>> events) {
        var history = new History<ObjectSpecification.Ask, String>();
        events.forEach(history::add);
        return history;
    }

    private static List<History.Event<ObjectSpecification.Ask, String>> happened(SplittableRandom random) {
        var specification = new ObjectSpecification();
        List<History.Event<ObjectSpecification.Ask, String>> events = new ArrayList<>();
        Optional<String> state = specification.initial();
        for (int i = 0; i < 30; i++) {
            var ask = List.of(put("v" + i), get(), list(), delete()).get(random.nextInt(4));
            var step = specification.step(state, ask);
            state = step.state();
            long instant = 10L * i;
            events.add(new History.Event<>(
                    i % 8,
                    ask,
                    Optional.of(step.output()),
                    instant - random.nextInt(60),
                    instant + 1 + random.nextInt(60)));
        }
        events.sort(Comparator.comparingLong(History.Event::begin));
        return events;
    }

    @Test
    void require_badHistory_saysWhereItEnds() {
        var history = key().does(put("a"), CREATED).does(get(), "a").does(get(), ABSENT).history;

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> objects.require(history))
                .withMessageContaining("Not linearizable")
                .withMessageContaining("leads to Optional[a]")
                .withMessageContaining("GET -> absent [1004, 1005], expected a");
    }

    @Test
    void event_endWithoutAnswer_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new History.Event<>(0, get(), Optional.empty(), 1, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> new History.Event<>(0, get(), Optional.of("a"), 2, 2));
    }
}
