package io.mlops4j.store.s3;

import io.mlops4j.store.Content;
import java.io.IOException;
import java.io.InputStream;

/** Reads content that must have exactly as many bytes as it says. */
final class Contents {
    private Contents() {}

    static byte[] bytes(Content content, int size) throws IOException {
        try (InputStream in = content.open()) {
            byte[] bytes = in.readNBytes(size);
            if (bytes.length < size) {
                throw tooShort(bytes.length, size);
            }
            requireEnd(in, size);
            return bytes;
        }
    }

    static void requireEnd(InputStream in, long size) throws IOException {
        if (in.read() >= 0) {
            throw new IOException("its content has more than the " + size + " bytes it said");
        }
    }

    static IOException tooShort(long read, long size) {
        return new IOException("its content has " + read + " bytes, not the " + size + " it said");
    }
}
