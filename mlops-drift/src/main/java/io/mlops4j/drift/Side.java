package io.mlops4j.drift;

import java.util.Locale;

/** Which side of the model a watched feature is on. */
public enum Side {
    /** What goes into the model. */
    INPUT,
    /** What comes out of it. */
    OUTPUT;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
