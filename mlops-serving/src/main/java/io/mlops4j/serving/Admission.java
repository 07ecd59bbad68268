package io.mlops4j.serving;

import io.mlops4j.RejectedModelException;

/** Decides whether a model may be loaded at all; asked before a runtime touches its bytes. Thread-safe. */
interface Admission {
    /** Every model may. */
    Admission ANYONE = model -> {};

    /**
     * Lets a model pass.
     *
     * @throws RejectedModelException if it must not be loaded
     */
    void check(VerifiedModel model);
}
