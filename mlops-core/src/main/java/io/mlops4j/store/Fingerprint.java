package io.mlops4j.store;

import io.mlops4j.model.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.zip.CRC32C;

/**
 * What a content was when it was read for the first time: its digest, which names it, and a CRC, by which a second
 * reading notices at a twentieth of the digest's price that the content is another one now. The CRC only guards against
 * accidents. Whoever forges it gains nothing: who reads a blob checks the digest.
 *
 * <p>Immutable.
 *
 * @param digest SHA-256 of the content
 * @param crc CRC-32C of the content, in the lower 32 bits
 */
record Fingerprint(Digest digest, long crc) {
    private static final int BUFFER = 1 << 16;

    /**
     * Reads a content.
     *
     * @throws IOException if it cannot be read, or has not the size that it says
     */
    static Fingerprint of(Content content) throws IOException {
        MessageDigest sha = Digest.sha256();
        var crc = new CRC32C();
        long size = 0;
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = content.open()) {
            for (int n; (n = in.read(buffer)) >= 0; ) {
                sha.update(buffer, 0, n);
                crc.update(buffer, 0, n);
                size += n;
            }
        }
        if (size != content.size()) {
            throw new IOException("its content has " + size + " bytes, not the " + content.size() + " it said");
        }
        return new Fingerprint(Digest.of(sha), crc.getValue());
    }
}
