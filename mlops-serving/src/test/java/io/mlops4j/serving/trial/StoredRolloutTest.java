package io.mlops4j.serving.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.CorruptionException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.serving.rollout.Rollout;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A rollout in the journal says what it is. */
final class StoredRolloutTest {
    static Stream<Arguments> kinds() {
        return Stream.of(
                Arguments.of("all-at-once", Rollout.allAtOnce()),
                Arguments.of("canary", Rollout.canary()),
                Arguments.of("shadow", Rollout.shadow()),
                Arguments.of("ab-test", Rollout.abTest()),
                Arguments.of("bandit", Rollout.bandit()));
    }

    private static String json(Rollout rollout) {
        return new String(Json.write(StoredRollout.of(rollout)), StandardCharsets.UTF_8);
    }

    private static StoredRollout read(String json) {
        return Json.read("rollout", json.getBytes(StandardCharsets.UTF_8), StoredRollout.class);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyKind_isNamedAndReadAsItWas(String kind, Rollout rollout) {
        String json = json(rollout);
        assertThat(json).contains("\"kind\":\"" + kind + "\"");
        assertThat(read(json).rollout()).isEqualTo(rollout);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"kind\":\"blue-green\"}", "{\"kind\":\"canary\"}", "{\"kind\":null}"})
    void kindThatIsUnknownOrDoesNotFit_isRefused(String json) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(CorruptionException.class);
    }

    @Test
    void fieldOfAnotherKind_isRefused() {
        String shadow = json(Rollout.canary()).replace("\"kind\":\"canary\"", "\"kind\":\"all-at-once\"");
        assertThatThrownBy(() -> read(shadow))
                .isInstanceOf(CorruptionException.class)
                .hasStackTraceContaining("expected what its kind says");
    }
}
