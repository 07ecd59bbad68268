package io.mlops4j.testkit;

import io.mlops4j.store.StoredObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Objects;

/** What can be wrong with the bytes of an object that is read. What is stored stays as it is. */
public enum Damage {
    /** One bit in the middle is another. */
    FLIPPED_BIT {
        @Override
        byte[] of(byte[] bytes) {
            if (bytes.length > 0) {
                bytes[bytes.length / 2] ^= 0x10;
            }
            return bytes;
        }
    },
    /** The second half is missing, and the object says so: it claims to be shorter. */
    CUT_SHORT {
        @Override
        byte[] of(byte[] bytes) {
            return Arrays.copyOf(bytes, bytes.length / 2);
        }
    },
    /** The second half is zeros, as a torn write leaves it. */
    TORN {
        @Override
        byte[] of(byte[] bytes) {
            Arrays.fill(bytes, bytes.length / 2, bytes.length, (byte) 0);
            return bytes;
        }
    },
    /** All is well until half has been read; then the stream throws an {@link IOException}. */
    BREAKS_OFF {
        @Override
        byte[] of(byte[] bytes) {
            return bytes;
        }

        @Override
        InputStream stream(byte[] bytes, int offset, int length) {
            InputStream half = new ByteArrayInputStream(bytes, offset, length / 2);
            return new SequenceInputStream(half, new Broken());
        }
    };

    /** Damages bytes, which the caller gives away. */
    abstract byte[] of(byte[] bytes);

    InputStream stream(byte[] bytes, int offset, int length) {
        return new ByteArrayInputStream(bytes, offset, length);
    }

    StoredObject to(StoredObject object) {
        return new Damaged(this, of(object.bytes(Integer.MAX_VALUE)));
    }

    private static final class Broken extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("The connection broke off, as scripted");
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return read();
        }
    }

    /** Thread-safe: the bytes are not written to any more. */
    private static final class Damaged implements StoredObject {
        private final Damage damage;
        private final byte[] bytes;

        Damaged(Damage damage, byte[] bytes) {
            this.damage = damage;
            this.bytes = bytes;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public InputStream open(long offset, long length) {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            return damage.stream(bytes, (int) offset, (int) length);
        }
    }
}
