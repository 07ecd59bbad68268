package io.mlops4j.serving;

/** Who goes first when a model is busy. */
public enum Priority {
    /** Before all others: somebody waits for it. */
    HIGH,
    /** What is not said otherwise. */
    NORMAL,
    /** When nothing else is to be done: batch work, shadows, replays. */
    LOW
}
