package io.mlops4j.pipeline;

/** What a pipeline does with a candidate of which a gate cannot tell whether it is good. */
public enum Inconclusive {
    /** Not shown to be good is not good enough. */
    FAILS,
    /** The run waits; when it is resumed, the gates that were inconclusive are asked again. */
    WAITS
}
