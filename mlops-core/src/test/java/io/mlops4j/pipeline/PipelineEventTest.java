package io.mlops4j.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.CorruptionException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The journal is a format: what stands in a log today is read by every later version. */
class PipelineEventTest {
    private static final String TURN =
            "{\"event\":\"turnTaken\",\"run\":\"r1\",\"attempt\":2,\"at\":\"2005-01-01T00:00:00Z\"}";

    private final PipelineEvent turn = new PipelineEvent.TurnTaken("r1", 2, Instant.parse("2005-01-01T00:00:00Z"));

    @Test
    void write_hasTheNameFirst() {
        assertThat(new String(PipelineEvent.CODEC.write(turn), UTF_8)).isEqualTo(TURN);
    }

    @Test
    void read_passesOverFieldsOfANewerVersion() {
        byte[] newer = TURN.replace("{\"event\"", "{\"note\":[1],\"event\"").getBytes(UTF_8);

        assertThat(PipelineEvent.CODEC.read("it", newer)).isEqualTo(turn);
    }

    @Test
    void read_unknownEvent_isRefused() {
        byte[] unknown = TURN.replace("turnTaken", "java.lang.Runtime").getBytes(UTF_8);

        assertThatThrownBy(() -> PipelineEvent.CODEC.read("commit 3", unknown))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("commit 3", "newer version");
        assertThatThrownBy(() -> PipelineEvent.CODEC.read("commit 3", "{}".getBytes(UTF_8)))
                .isInstanceOf(CorruptionException.class);
    }

    @Test
    void everyEventHasAName() {
        for (Class<?> type : PipelineEvent.class.getPermittedSubclasses()) {
            if (type.isRecord()) {
                assertThat(PipelineEvent.CODEC.known()).as(type.getSimpleName()).contains(type);
            } else {
                assertThat(PipelineEvent.CODEC.known()).containsAll(List.of(type.getPermittedSubclasses()));
            }
        }
    }
}
