package io.mlops4j.serving;

import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Digest;
import io.mlops4j.signing.SignatureBundle;
import io.mlops4j.signing.TrustedKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Admits models that a trusted key has signed. One good signature is enough: others, by keys that are not trusted here,
 * do no harm, as a version may be signed by several parties for several readers.
 */
record SignedOnly(TrustedKeys keys) implements Admission {
    @Override
    public void check(VerifiedModel model) {
        List<String> flaws = new ArrayList<>();
        Map<String, Digest> files = model.digests();
        for (SignatureBundle bundle : model.signatures()) {
            try {
                bundle.verify(keys).requireFiles(model.label(), files);
                return;
            } catch (RejectedModelException e) {
                flaws.add(e.getMessage());
            }
        }
        throw new RejectedModelException("Cannot load model " + model.label()
                + ": expected a signature over its files by one of " + keys + ", but it has "
                + (flaws.isEmpty() ? "none" : "only " + flaws));
    }
}
