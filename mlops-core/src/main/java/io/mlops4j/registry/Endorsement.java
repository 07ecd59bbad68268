package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.RejectedModelException;
import io.mlops4j.signing.SignatureBundle;
import java.nio.charset.StandardCharsets;

/**
 * That a signature was attached to a version. Attaching proves nothing: whether a trusted key signed just these files is
 * found out where it matters, by {@link Requirement.SignedBy} inside the commit of a promotion and by a server before it
 * loads.
 *
 * <p>A signature is read when it is asked for, so that opening a registry of many versions does not read thousands of
 * them; the registry takes none that cannot be read.
 *
 * <p>Immutable.
 *
 * @param json a {@link SignatureBundle} as text, so that the registry's log can be audited without anything else
 */
public record Endorsement(String json) implements Edit {
    /** The most signatures of one version. */
    public static final int MAX_SIGNATURES = 64;

    /**
     * Checks the length.
     *
     * @throws IllegalArgumentException if it is longer than any bundle
     */
    public Endorsement {
        if (requireNonNull(json, "json").length() > SignatureBundle.MAX_BYTES) {
            throw new IllegalArgumentException("Invalid signature bundle of " + json.length()
                    + " characters: expected at most " + SignatureBundle.MAX_BYTES);
        }
    }

    /**
     * Attaches a bundle.
     *
     * @param bundle the signature
     * @return the edit
     */
    public static Endorsement of(SignatureBundle bundle) {
        return new Endorsement(bundle.text());
    }

    /**
     * The signature.
     *
     * @return not verified
     * @throws RejectedModelException if it is no signature bundle
     */
    public SignatureBundle bundle() {
        return SignatureBundle.parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
