package io.mlops4j.examples.ridership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RideDataTest {
    private static final String HEADER = "date,Clark_Lake,Quincy_Wells,Belmont,Monroe,Polk,Clinton,Washington_Wells,"
            + "Addison,temp_max,wind_max,percip,humidity,ridership\n";
    private static final String FIRST =
            "2001-01-22,15.561,8.371,4.599,5.672,2.481,2.403,7.56,2.5,30,10.4,0,78,15.732\n";

    @TempDir
    Path folder;

    @Test
    void read_realFile_hasEveryDay() {
        RideData data = RideData.read(Path.of("data", "chicago-l-quickstart.csv"));

        assertThat(data.days()).hasSize(5698);
        RideDay first = data.days().get(0);
        assertThat(first.date()).isEqualTo("2001-01-22");
        assertThat(first.lagged()).hasSize(8).startsWith(15.561f);
        assertThat(first.weather()).containsExactly(30f, 10.4f, 0f, 78f);
        assertThat(first.ridership()).isEqualTo(15.732);
        assertThat(data.days().get(5697).date()).isEqualTo("2016-08-28");
    }

    @Test
    void read_realFile_laggedColumnIsTheTargetOfAFortnightBefore() {
        List<RideDay> days =
                RideData.read(Path.of("data", "chicago-l-quickstart.csv")).days();
        for (int i = RideDay.LAG_DAYS; i < days.size(); i++) {
            RideDay before = days.get(i - RideDay.LAG_DAYS);
            assertThat(days.get(i).date()).isEqualTo(before.date().plusDays(RideDay.LAG_DAYS));
            assertThat(days.get(i).lagged().get(0)).isEqualTo((float) before.ridership());
        }
    }

    @Test
    void read_missingFile_isNotFound() {
        Path file = folder.resolve("none.csv");

        assertThatThrownBy(() -> RideData.read(file))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("none.csv");
    }

    @Test
    void read_malformed_namesRowColumnAndValue() throws IOException {
        refuses(HEADER + FIRST.replace("15.732", "many"), "row 1", "ridership", "many");
        refuses(HEADER + FIRST.replace(",30,", ",NaN,"), "row 1", "temp_max", "NaN");
        refuses(HEADER + FIRST.replace(",30,", ",1e60,"), "row 1", "temp_max", "1e60");
        refuses(HEADER + FIRST.replace("2001-01-22", "22.01.2001"), "row 1", "date", "22.01.2001");
        refuses(HEADER + FIRST + FIRST, "row 2", "2001-01-22");
        refuses(HEADER + "2001-01-22,1,2\n", "row 1", "3 columns", "expected 14");
        refuses(HEADER.replace("humidity", "wetness") + FIRST, "humidity");
        refuses(HEADER, "no days");
        refuses("", "missing");
    }

    @Test
    void read_binary_isRefused() throws IOException {
        Path file = folder.resolve("rides.csv");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1, 2});

        assertThatThrownBy(() -> RideData.read(file)).isInstanceOf(RejectedInputException.class);
    }

    private void refuses(String text, String... parts) throws IOException {
        Path file = folder.resolve("rides.csv");
        Files.writeString(file, text);
        assertThatThrownBy(() -> RideData.read(file))
                .isInstanceOf(RejectedInputException.class)
                .hasMessageContaining("rides.csv")
                .hasMessageContainingAll(parts);
    }

    @Test
    void holidays_knownYears_matchTheCalendar() {
        assertThat(UsHolidays.weight(LocalDate.of(2010, 5, 31))).isEqualTo(UsHolidays.MAJOR);
        assertThat(UsHolidays.weight(LocalDate.of(2010, 5, 24))).isEqualTo(UsHolidays.NONE);
        assertThat(UsHolidays.weight(LocalDate.of(2010, 7, 4))).isEqualTo(UsHolidays.MAJOR);
        assertThat(UsHolidays.weight(LocalDate.of(2010, 7, 5))).isEqualTo(UsHolidays.MAJOR);
        assertThat(UsHolidays.weight(LocalDate.of(2010, 12, 24))).isEqualTo(UsHolidays.MAJOR);
        assertThat(UsHolidays.weight(LocalDate.of(2010, 12, 31))).isEqualTo(UsHolidays.MAJOR);
        assertThat(UsHolidays.weight(LocalDate.of(2010, 11, 25))).isEqualTo(UsHolidays.MAJOR);
        assertThat(UsHolidays.weight(LocalDate.of(2012, 11, 12))).isEqualTo(UsHolidays.MINOR);
        assertThat(UsHolidays.weight(LocalDate.of(2012, 11, 11))).isEqualTo(UsHolidays.NONE);
        assertThat(UsHolidays.weight(LocalDate.of(2009, 1, 19))).isEqualTo(UsHolidays.MINOR);
        assertThat(UsHolidays.weight(LocalDate.of(2009, 10, 12))).isEqualTo(UsHolidays.MINOR);
        assertThat(UsHolidays.weight(LocalDate.of(2009, 10, 13))).isEqualTo(UsHolidays.NONE);
    }
}
