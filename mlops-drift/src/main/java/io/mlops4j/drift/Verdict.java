package io.mlops4j.drift;

import java.util.Locale;

/** What a monitor says of one feature. */
public enum Verdict {
    /** Fewer rows than the monitor wants before it judges. */
    TOO_FEW,
    /** No score is past its threshold. */
    STABLE,
    /** At least one score is past its threshold. */
    DRIFT;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
