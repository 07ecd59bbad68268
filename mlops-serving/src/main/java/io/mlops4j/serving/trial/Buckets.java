package io.mlops4j.serving.trial;

/**
 * Says for a key how far up it stands between 0 and 1, differently for each rollout and equally on every replica: a key is in
 * at a share if it stands below it, so who is in at 5% is in at 20%.
 *
 * <p>FNV-1a of 64 bits over the UTF-16 units of the rollout's id, a zero and the key, low byte first (G. Fowler, L. C. Noll, K.-P.
 * Vo; RFC 9923), then the finaliser of MurmurHash3 (A. Appleby, public domain) to spread it over all bits, of which the upper
 * 53 are taken.
 *
 * <p>Immutable.
 */
public final class Buckets {
    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;
    private static final double UNIT = 0x1p-53;

    private final long seed;

    /**
     * Makes the buckets of a rollout.
     *
     * @param rollout its id
     */
    public Buckets(String rollout) {
        seed = add(add(OFFSET, rollout), "\0");
    }

    /**
     * Where a key stands.
     *
     * @param key any text
     * @return 0 (included) to 1 (excluded)
     */
    public double of(String key) {
        return (spread(add(seed, key)) >>> 11) * UNIT;
    }

    private static long add(long hash, String text) {
        long h = hash;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            h = (h ^ (c & 0xff)) * PRIME;
            h = (h ^ (c >>> 8)) * PRIME;
        }
        return h;
    }

    private static long spread(long hash) {
        long h = hash;
        h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return h ^ (h >>> 33);
    }
}
