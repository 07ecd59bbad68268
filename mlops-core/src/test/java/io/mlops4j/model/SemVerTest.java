package io.mlops4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SemVerTest {
    @Test
    void order_followsTheSpecification() {
        List<SemVer> ascending = List.of(
                        "1.0.0-alpha",
                        "1.0.0-alpha.1",
                        "1.0.0-alpha.beta",
                        "1.0.0-beta",
                        "1.0.0-beta.2",
                        "1.0.0-beta.11",
                        "1.0.0-rc.1",
                        "1.0.0",
                        "1.0.1",
                        "1.2.0",
                        "1.10.0",
                        "2.0.0")
                .stream()
                .map(SemVer::parse)
                .toList();
        List<SemVer> sorted = new ArrayList<>(ascending);
        Collections.reverse(sorted);
        Collections.sort(sorted);

        assertThat(sorted).isEqualTo(ascending);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1.2.3", "0.0.0", "1.0.0-x.7.z.92", "1.0.0-0A.is.legal", "1.0.0+20130313144700", "1.0.0-a+b"})
    void parse_valid_writesTheSameText(String text) {
        assertThat(SemVer.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1", "1.2", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3+", "v1.2.3", "1.2.3.4", "99999999999.0.0"
            })
    void parse_invalid_isRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> SemVer.parse(text));
        assertThat(SemVer.tryParse(text)).isEmpty();
    }

    @Test
    void next_raisesOnePartAndClearsTheLower() {
        SemVer version = SemVer.parse("1.2.3-rc.1+x");

        assertThat(version.nextMajor()).isEqualTo(SemVer.of(2, 0, 0));
        assertThat(version.nextMinor()).isEqualTo(SemVer.of(1, 3, 0));
        assertThat(version.nextPatch()).isEqualTo(SemVer.of(1, 2, 4));
    }
}
