package io.mlops4j.serving;

import io.mlops4j.signing.TrustedKeys;

/** Admits models that a trusted key has signed: {@link TrustedKeys#require}. */
record SignedOnly(TrustedKeys keys) implements Admission {
    @Override
    public void check(VerifiedModel model) {
        keys.require(model.label(), model.digests(), model.signatures());
    }
}
