package io.mlops4j.testkit;

import static io.mlops4j.testkit.ScriptedStore.Operation.PUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.ConflictException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.store.Commit;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.FileObjectStore;
import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.store.ObjectStore;
import java.time.Clock;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Two writers append to one log at the same place while replies are lost, requests are lost, come late or twice: the
 * first never takes its own commit for another's, and the second never takes the other's for its own.
 */
class LostRepliesTest {
    private static final int LOST = 5000;

    private int won;
    private int beaten;
    private int unknown;

    @Test
    void append_overMemory_noFalseConflictAndNoFalseWin() {
        race(new MemoryObjectStore());
    }

    @Test
    void append_overFiles_noFalseConflictAndNoFalseWin() throws Exception {
        try (var disk = RamDisk.open();
                var store = FileObjectStore.open(disk.fresh())) {
            race(store);
        }
    }

    private void race(ObjectStore store) {
        long seed = new SplittableRandom().nextLong();
        var random = new SplittableRandom(seed);
        ScriptedStore bad = ScriptedStore.over(store);
        bad.on(PUT).withProbability(0.45, seed).losesTheReply();
        bad.on(PUT).withProbability(0.2, seed + 1).landsLate();
        bad.on(PUT).withProbability(0.2, seed + 2).losesTheRequest();
        bad.on(PUT).withProbability(0.3, seed + 3).isSentTwice();
        bad.on(PUT).withProbability(0.3, seed + 4).doesFirst(bad::landLate);
        CommitLog truth = CommitLog.open(store, "race", Clock.systemUTC());
        CommitLog.Position end = CommitLog.Position.START;
        while (bad.struck() < 2 * LOST) { // more than half of the faults lose a reply
            List<CommitLog> writers = List.of(
                    CommitLog.open(bad, "race", Clock.systemUTC()), CommitLog.open(bad, "race", Clock.systemUTC()));
            end = race(writers, truth, end, bad, random.nextInt(10) == 0);
        }
        System.out.println("lost replies: " + bad.struck() + " faults, " + won + " won, " + beaten + " beaten, "
                + unknown + " unknown, 0 false, seed " + seed);
        List<Commit> chain = truth.read(CommitLog.Position.START, Integer.MAX_VALUE);
        assertThat(chain).hasSize((int) end.number());
        assertThat(won).isGreaterThan(LOST / 10);
        assertThat(beaten).isGreaterThan(LOST / 10);
    }

    private CommitLog.Position race(
            List<CommitLog> writers, CommitLog truth, CommitLog.Position end, ScriptedStore bad, boolean lateFirst) {
        Answer first = append(writers.get(0), end, "first");
        if (lateFirst) {
            bad.landLate();
        }
        Answer second = append(writers.get(1), end, "second");
        bad.landLate();
        String winner = truth.read(end.number() + 1)
                .map(commit -> new String(commit.event(), UTF_8))
                .orElse("nobody");
        assertTrue(first, "first", winner);
        assertTrue(second, "second", winner);
        return truth.read(end.number() + 1).map(Commit::position).orElse(end);
    }

    private enum Answer {
        WON,
        BEATEN,
        UNKNOWN,
        FAILED
    }

    private Answer append(CommitLog log, CommitLog.Position after, String event) {
        try {
            log.append(after, event.getBytes(UTF_8));
            won++;
            return Answer.WON;
        } catch (ConflictException e) {
            beaten++;
            return Answer.BEATEN;
        } catch (OutcomeUnknownException e) {
            unknown++;
            return Answer.UNKNOWN;
        } catch (StorageException e) {
            return Answer.FAILED;
        }
    }

    private static void assertTrue(Answer answer, String writer, String winner) {
        switch (answer) {
            case WON -> assertThat(winner).as("a false win").isEqualTo(writer);
            case BEATEN ->
                assertThat(winner).as("a false conflict").isNotEqualTo(writer).isNotEqualTo("nobody");
            case FAILED -> assertThat(winner).as("a false failure").isNotEqualTo(writer);
            case UNKNOWN -> {}
        }
    }
}
