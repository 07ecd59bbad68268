package io.mlops4j.signing;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/** A Sigstore bundle v0.3 as it is written down, as far as signatures by bare keys need it. */
record StoredBundle(String mediaType, Material verificationMaterial, Envelope dsseEnvelope) {
    static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

    StoredBundle {
        requireNonNull(mediaType, "mediaType");
        requireNonNull(verificationMaterial, "verificationMaterial");
        requireNonNull(dsseEnvelope, "dsseEnvelope");
    }

    /** A bundle by a certificate has no public key. The log entries are not evaluated: trust is in the key alone. */
    record Material(Optional<PublicKey> publicKey, Optional<List<LogEntry>> tlogEntries) {
        Material {
            requireNonNull(publicKey, "publicKey");
            requireNonNull(tlogEntries, "tlogEntries");
        }
    }

    /** Signers of the format's version 1.0.x left out the hint. */
    record PublicKey(Optional<String> hint) {
        PublicKey {
            requireNonNull(hint, "hint");
        }
    }

    /** Passed over. */
    record LogEntry() {}

    /** DSSE v1.0. */
    record Envelope(String payload, String payloadType, List<EnvelopeSignature> signatures) {
        static final String IN_TOTO = "application/vnd.in-toto+json";

        Envelope {
            requireNonNull(payload, "payload");
            requireNonNull(payloadType, "payloadType");
            signatures = List.copyOf(signatures);
        }
    }

    /** The key id is not authenticated, and not used. */
    record EnvelopeSignature(String sig, Optional<String> keyid) {
        EnvelopeSignature {
            requireNonNull(sig, "sig");
            requireNonNull(keyid, "keyid");
        }
    }
}
