package io.mlops4j.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.MlopsException;
import io.mlops4j.model.Digest;
import io.mlops4j.store.CrashWorkload.Step;
import io.mlops4j.store.CrashedDisk.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The machine crashes at each step of every workload of up to three operations, and leaves of what was not forced
 * whatever it may: what was acknowledged is there all the same, what was not is whole or absent, and the store goes on.
 * That each force in the code is needed is shown by leaving it out, one at a time.
 *
 * <p>In the profile {@code campaign}, all workloads of three operations; without, one in sixteen.
 */
@Timeout(900)
class CrashStatesTest {
    private static final boolean FULL = Boolean.getBoolean("campaign");

    private RamDisk disk;

    @BeforeEach
    void openDisk() throws IOException {
        disk = RamDisk.open();
    }

    @AfterEach
    void closeDisk() {
        disk.close();
    }

    @Test
    void crash_atEveryStepOfEveryWorkload_losesNothingAcknowledged() {
        List<CrashWorkload> workloads = new ArrayList<>(CrashWorkload.ofLength(1));
        workloads.addAll(killed());
        workloads.addAll(CrashWorkload.ofLength(2));
        List<CrashWorkload> three = CrashWorkload.ofLength(3);
        workloads.addAll(IntStream.range(0, three.size())
                .filter(i -> FULL || i % 16 == 0)
                .mapToObj(three::get)
                .toList());
        var campaign = new Campaign(Set.of());
        long begin = System.nanoTime();

        List<String> violations = workloads.parallelStream()
                .flatMap(workload -> campaign.violation(workload, run(workload)).stream())
                .toList();

        System.out.println("Crash states, in " + (System.nanoTime() - begin) / 1_000_000_000 + " s: " + workloads.size()
                + " workloads, " + campaign.crashes + " crashes, " + campaign.seen.size() + " different states, "
                + violations.size() + " violations");
        assertThat(violations).isEmpty();
        assertThat(campaign.seen).hasSizeGreaterThanOrEqualTo(20_000);
    }

    @Test
    void crash_withAnyForceLeftOut_losesSomething() {
        List<CrashWorkload> workloads = new ArrayList<>(CrashWorkload.ofLength(1));
        workloads.addAll(killed());
        record Ran(CrashWorkload workload, CrashWorkload.Run run, Set<String> sites) {}
        List<Ran> ran = workloads.parallelStream()
                .map(workload -> {
                    CrashWorkload.Run run = run(workload);
                    return new Ran(workload, run, sites(run.trace()));
                })
                .toList();
        Set<String> sites =
                ran.stream().flatMap(one -> one.sites().stream()).collect(Collectors.toCollection(TreeSet::new));
        List<String> harmless = new ArrayList<>();
        for (String site : sites) {
            var campaign = new Campaign(Set.of(site));
            Optional<String> violation = ran.parallelStream()
                    .filter(one -> one.sites().contains(site))
                    .flatMap(one -> campaign.violation(one.workload(), one.run()).stream())
                    .findAny();
            System.out.println("Without the force in " + site + ": "
                    + violation.map(text -> text.lines().findFirst().orElse("")).orElse("nothing is lost"));
            if (violation.isEmpty()) {
                harmless.add(site);
            }
        }
        assertThat(harmless).as("forces that could be left out").isEmpty();
        assertThat(sites).hasSizeGreaterThanOrEqualTo(7);
    }

    private static Set<String> sites(Trace trace) {
        var sites = new HashSet<String>();
        for (Trace.Event event : trace.events()) {
            if (event instanceof Trace.ForcedFile file) {
                sites.add(file.site());
            } else if (event instanceof Trace.ForcedFolder folder) {
                sites.add(folder.site());
            }
        }
        return sites;
    }

    /** One operation by a process that is killed at every step of it, and another by the next process. */
    private List<CrashWorkload> killed() {
        return List.of(Step.values()).parallelStream()
                .flatMap(first -> {
                    List<CrashWorkload> all = new ArrayList<>();
                    for (int steps = 0; ; steps++) {
                        if (!run(new CrashWorkload(List.of(first), steps)).killed()) {
                            return all.stream();
                        }
                        for (Step second : Step.values()) {
                            all.add(new CrashWorkload(List.of(first, second), steps));
                        }
                    }
                })
                .toList();
    }

    private CrashWorkload.Run run(CrashWorkload workload) {
        return workload.run(fresh());
    }

    private Path fresh() {
        try {
            return Files.createDirectory(disk.fresh());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Crashes, with some forces left out. Thread-safe. */
    private final class Campaign {
        private final Set<String> leftOut;
        private final Set<Digest> seen = ConcurrentHashMap.newKeySet();
        private final AtomicInteger crashes = new AtomicInteger();

        Campaign(Set<String> leftOut) {
            this.leftOut = leftOut;
        }

        Optional<String> violation(CrashWorkload workload, CrashWorkload.Run run) {
            var crashed = new CrashedDisk(leftOut);
            var violations = new ArrayList<String>();
            Path from = base(run.trace());
            for (int i = 0; i < run.trace().size() && violations.isEmpty(); i++) {
                Trace.Event event = run.trace().events().get(i);
                crashed.apply(event);
                if (i >= run.from() && matters(event)) {
                    String where = workload + ", crash after step " + i + ", " + event;
                    crashed.crash(i, state -> check(state, from, crashed.allowed())
                            .ifPresent(what -> violations.add(what + "\n  in " + where)));
                }
            }
            return violations.stream().findFirst();
        }

        /** A force only rules states out, and what becomes of temporary files is nobody's concern. */
        private boolean matters(Trace.Event event) {
            boolean force = event instanceof Trace.ForcedFile || event instanceof Trace.ForcedFolder;
            boolean tidied = event instanceof Trace.Named named
                    && named.target().kind() == Trace.Kind.ABSENT
                    && CrashedDisk.isTemporary(named.name());
            return !force && !tidied;
        }

        private Optional<String> check(State state, Path from, Map<Key, Set<Optional<String>>> allowed) {
            crashes.incrementAndGet();
            String look = state.look(from) + "\n" + new TreeMap<>(allowed);
            if (!seen.add(Digest.of(look.getBytes(ISO_8859_1)))) {
                return Optional.empty();
            }
            Path to = fresh();
            try {
                state.writeTo(from, to);
                return Restart.problem(CrashWorkload.root(to), allowed);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                RamDisk.delete(to);
            }
        }
    }

    /** The directory in which a workload ran: the one in which its first folder was made. */
    private static Path base(Trace trace) {
        return trace.events().stream()
                .filter(Trace.Named.class::isInstance)
                .map(event -> ((Trace.Named) event).name().getParent())
                .findFirst()
                .orElseThrow();
    }

    /** The first thing that is wrong with a store after a restart. */
    private static final class Restart {
        static Optional<String> problem(Path root, Map<Key, Set<Optional<String>>> allowed) {
            try (var store = FileObjectStore.open(root)) {
                return wrong(store, allowed).or(() -> stuck(store, allowed));
            } catch (MlopsException e) {
                return Optional.of("failed: " + e);
            }
        }

        private static Optional<String> wrong(ObjectStore store, Map<Key, Set<Optional<String>>> allowed) {
            var present = new TreeSet<Key>();
            for (var key : allowed.entrySet()) {
                Optional<String> found = text(store, key.getKey());
                if (!key.getValue().contains(found)) {
                    return Optional.of(key.getKey() + " "
                            + found.map(text -> "has " + text.length() + " bytes, wrong ones")
                                    .orElse("is lost") + ", allowed are "
                            + key.getValue().size() + " others");
                }
                found.ifPresent(text -> present.add(key.getKey()));
            }
            List<Key> listed =
                    store.list(Prefix.all(), null, ObjectStore.MAX_PAGE).keys();
            return listed.equals(List.copyOf(present))
                    ? Optional.empty()
                    : Optional.of("listed are " + listed + ", there are " + present);
        }

        private static Optional<String> text(ObjectStore store, Key key) {
            return store.get(key).map(object -> new String(object.bytes(100_000), ISO_8859_1));
        }

        /** New writes: a new object, each that was in doubt, a commit, both blobs. */
        private static Optional<String> stuck(ObjectStore store, Map<Key, Set<Optional<String>>> allowed) {
            int commits = commits(store);
            CrashWorkload.append(store, "after the crash");
            if (commits(store) != commits + 1) {
                return Optional.of("the log has " + commits(store) + " commits after one was appended to " + commits);
            }
            for (Step blob : List.of(Step.BLOB, Step.BLOB_OF_PAGES)) {
                Digest digest = BlobStore.in(store).put(CrashWorkload.bytes(blob.content()));
                BlobStore.in(store).bytes(digest, 100_000);
            }
            var keys = new ArrayList<>(List.of(new Key("a/new"), new Key("new")));
            allowed.keySet().stream()
                    .filter(Predicate.not(CrashWorkload.LOG::contains))
                    .forEach(keys::add);
            for (Key key : keys) {
                Optional<String> before = text(store, key);
                PutOutcome outcome = store.putIfAbsent(key, CrashWorkload.bytes("new"));
                boolean good = before.isPresent()
                        ? outcome == PutOutcome.EXISTS && text(store, key).equals(before)
                        : outcome == PutOutcome.CREATED && text(store, key).equals(Optional.of("new"));
                if (!good) {
                    return Optional.of("a put of " + key + " said " + outcome);
                }
            }
            return Optional.empty();
        }

        private static int commits(ObjectStore store) {
            return CommitLog.open(store, "test", Clock.systemUTC())
                    .read(CommitLog.Position.START, 100)
                    .size();
        }
    }
}
