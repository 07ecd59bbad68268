package io.mlops4j.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ModelName;
import java.time.Clock;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A default locale with digits of its own changes nothing that is stored. */
class LocaleTest {
    private final Locale before = Locale.getDefault();

    @AfterEach
    void restore() {
        Locale.setDefault(before);
    }

    @Test
    void append_underALocaleWithItsOwnDigits_writesTheSameKeys() {
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        var store = new MemoryObjectStore();
        CommitLog log = CommitLog.open(store, "test", Clock.systemUTC());

        log.append(CommitLog.Position.START, new byte[0]);

        assertThat(store.list(Prefix.of("logs"), null, 10).keys())
                .containsExactly(Key.of("logs/test/00000000000000000001"));
        assertThat(ModelName.of("rides").version(12)).hasToString("rides:12");
    }
}
