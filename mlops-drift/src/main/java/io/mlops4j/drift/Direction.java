package io.mlops4j.drift;

/** Which changes of a stream's mean count. */
public enum Direction {
    /** Only increases: the usual choice for errors. */
    UP,
    /** Only decreases. */
    DOWN,
    /** Both. */
    BOTH
}
