package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.RejectedInputException;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a warm-up says of models that refuse what is made up for them. */
final class WarmerTest {
    @Test
    void warm_modelThatRefusesAllThatIsMadeUp_isToldOfInTheLog() {
        assertThat(warm("picky:1", x -> false))
                .containsOnlyOnce("WARN")
                .contains("picky:1 refused every request")
                .contains("WarmUp.by")
                .contains("Cannot run model picky:1: not this");
    }

    @Test
    void warm_modelThatRefusesSomeOfWhatIsMadeUp_isNotToldOf() {
        assertThat(warm("choosy:1", x -> x == 1)).doesNotContain("choosy:1");
        assertThat(warm("zero:1", x -> x == 0)).doesNotContain("zero:1");
    }

    private interface Taste {
        boolean takes(double x);
    }

    /** What is logged. */
    private static String warm(String label, Taste taste) {
        var model = new ColumnModel() {
            @Override
            public Map<String, Value> run(Map<String, Value> inputs) {
                var x = (Tensor) requireNonNull(inputs.get("x"));
                if (!taste.takes(x.doubles()[0])) {
                    throw new RejectedInputException("Cannot run model " + label + ": not this");
                }
                return Map.of("y", x);
            }

            @Override
            public void terminate() {}

            @Override
            public void close() {}
        };
        PrintStream before = System.err;
        var logged = new ByteArrayOutputStream();
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
        try {
            new Warmer(label, model, WarmUp.madeUp()).warm();
        } finally {
            System.setErr(before);
        }
        return logged.toString(StandardCharsets.UTF_8);
    }
}
