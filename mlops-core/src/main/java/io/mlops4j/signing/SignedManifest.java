package io.mlops4j.signing;

import static java.util.Objects.requireNonNull;

import io.mlops4j.RejectedModelException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.Digest;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a trusted key signed: the verdict of {@link SignatureBundle#verify}. It speaks of content: two models with the
 * same files under the same names share their signatures, whatever they are called.
 *
 * <p>Immutable.
 *
 * @param key the key that signed
 * @param subject what the signer called the model; for people only
 * @param files every file that was signed, by name: its SHA-256; copied
 */
public record SignedManifest(VerificationKey key, String subject, SortedMap<String, Digest> files) {
    /** Copies the files, and sorts them by code point. */
    public SignedManifest {
        requireNonNull(key, "key");
        requireNonNull(subject, "subject");
        var sorted = new TreeMap<String, Digest>(ResourceName.ORDER);
        sorted.putAll(files);
        files = Collections.unmodifiableSortedMap(sorted);
    }

    /**
     * Demands that a model is exactly what was signed: the same files, no more and no fewer, each with its digest.
     *
     * @param model the model for messages, such as {@code rides:3}
     * @param actual its files by name
     * @throws RejectedModelException if a file is missing, not signed, or differs; the message names it
     */
    public void requireFiles(String model, Map<String, Digest> actual) {
        for (Map.Entry<String, Digest> signed : files.entrySet()) {
            Digest there = actual.get(signed.getKey());
            if (there == null) {
                throw refused(model, signed.getKey(), "is missing", "with " + signed.getValue());
            }
            if (!there.equals(signed.getValue())) {
                throw refused(model, signed.getKey(), "has " + there, "" + signed.getValue());
            }
        }
        for (String name : new TreeMap<>(actual).keySet()) {
            if (!files.containsKey(name)) {
                throw refused(model, name, "was not signed", "only " + files.size() + " signed files");
            }
        }
    }

    private RejectedModelException refused(String model, String file, String seen, String expected) {
        return new RejectedModelException("Cannot accept model " + model + ": its file " + Text.quote(file) + " " + seen
                + ", expected " + expected + " as signed by " + key);
    }
}
