package io.mlops4j.examples.ridership;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.mlops4j.CorruptionException;
import io.mlops4j.store.Commit;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.Fold;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Replica;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The walk's own durable state: a commit log of {@link Week}s, folded into what has been so far. An application keeps
 * its state beside the library's the same way.
 *
 * <p>Confined to one thread at a time.
 */
final class Diary {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    private final Replica<Past> log;

    private Diary(Replica<Past> log) {
        this.log = log;
    }

    static Diary open(ObjectStore store, Clock clock) {
        return new Diary(Replica.open(CommitLog.open(store, "examples/ridership", clock), new PastFold()));
    }

    /**
     * All that was written.
     *
     * @param served every prediction, dates ascending
     * @param alarms every alarm, dates ascending
     * @param last the last morning; empty at the beginning
     */
    record Past(List<Served> served, List<Alarm> alarms, Optional<Week> last) {
        Past {
            served = List.copyOf(served);
            alarms = List.copyOf(alarms);
        }
    }

    Past past() {
        return log.state();
    }

    /** Durable when it returns. A morning that was written before is not written again. */
    void write(Week week) {
        log.update(past -> past.last()
                        .filter(last -> !last.morning().isBefore(week.morning()))
                        .isPresent()
                ? Optional.empty()
                : Optional.of(bytes(week)));
    }

    private static byte[] bytes(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T parse(byte[] bytes, Class<T> type) {
        try {
            return JSON.readValue(bytes, type);
        } catch (IOException e) {
            throw new CorruptionException(
                    "The diary of the walk holds something that is no " + type.getSimpleName(), e);
        }
    }

    /** Weeks add up. */
    private static final class PastFold implements Fold<Past> {
        @Override
        public Past empty() {
            return new Past(List.of(), List.of(), Optional.empty());
        }

        @Override
        public Past apply(Past past, List<Commit> commits) {
            List<Week> weeks = commits.stream()
                    .map(commit -> parse(commit.event(), Week.class))
                    .toList();
            return new Past(
                    concat(past.served(), weeks.stream().flatMap(week -> week.served().stream())),
                    concat(past.alarms(), weeks.stream().flatMap(week -> week.alarms().stream())),
                    Optional.of(weeks.get(weeks.size() - 1)));
        }

        private static <T> List<T> concat(List<T> before, Stream<T> more) {
            List<T> all = new ArrayList<>(before);
            more.forEach(all::add);
            return all;
        }

        @Override
        public byte[] checkpoint(Past past) {
            return bytes(past);
        }

        @Override
        public Past restore(byte[] checkpoint) {
            return parse(checkpoint, Past.class);
        }
    }
}
