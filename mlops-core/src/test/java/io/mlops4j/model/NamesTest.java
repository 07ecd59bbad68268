package io.mlops4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.store.Key;
import io.mlops4j.store.Prefix;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    static List<String> hostile() {
        return List.of(
                "",
                ".",
                "..",
                "../x",
                "a/b",
                "a\\b",
                "%2e%2e",
                "a\0b",
                "a\r\nb",
                "CON",
                "con.onnx",
                "Com1",
                "a.",
                "a ",
                " a",
                "-a",
                "_a",
                "ä",
                "a:b",
                "a;b",
                "a#b",
                "a?b",
                "${jndi:x}",
                "<script>",
                "a".repeat(129));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void names_hostile_areRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> ModelName.of(name));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelName.of("rides").alias(name));
        assertThatIllegalArgumentException().isThrownBy(() -> new Artifact(name, Digest.of(new byte[0]), 0));
        if (!name.equals("a/b")) {
            assertThatIllegalArgumentException().isThrownBy(() -> Key.of(name));
            assertThatIllegalArgumentException().isThrownBy(() -> Key.of("a", name, "b"));
            assertThatIllegalArgumentException().isThrownBy(() -> Prefix.of(name));
        }
    }

    @Test
    void names_hostile_cannotForgeAMessage() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelName.of("a\nERROR forged"))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").contains("\\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "A", "7", "rides", "rides-2.1_x", "a..b", "console"})
    void names_plain_areTaken(String name) {
        assertThat(ModelName.of(name).value()).isEqualTo(name);
        assertThat(Key.of("x", name).value()).isEqualTo("x/" + name);
    }

    @Test
    void versionId_textForm_readsBack() {
        VersionId id = ModelName.of("rides").version(3);

        assertThat(VersionId.parse(id.toString())).isEqualTo(id);
        for (String bad : List.of("rides", "rides:", ":3", "rides:x", "rides:0", "rides:-1", "rides:99999999999")) {
            assertThatIllegalArgumentException().isThrownBy(() -> VersionId.parse(bad));
        }
    }

    @Test
    void digest_knownValue_matchesFips180() {
        assertThat(Digest.of("abc".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                        .hex())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThatIllegalArgumentException().isThrownBy(() -> new Digest("AB".repeat(32)));
        assertThatIllegalArgumentException().isThrownBy(() -> Digest.parse("md5:" + "a".repeat(64)));
    }
}
