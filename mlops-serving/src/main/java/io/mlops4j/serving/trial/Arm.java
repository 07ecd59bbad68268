package io.mlops4j.serving.trial;

/** One of the two versions of a rollout. */
public enum Arm {
    /** What the alias points at. */
    INCUMBENT,
    /** What may take its place. */
    CANDIDATE
}
