package io.mlops4j.store.s3;

/**
 * Whether content is cut into parts, and how.
 *
 * <p>Immutable.
 *
 * @param above content longer than this is sent in parts
 * @param bytes of each part but the last
 * @param parallel how many parts are under way at a time
 */
record PartSizes(long above, int bytes, int parallel) {
    private static final int MOST_PARTS = 10_000;

    /**
     * Parts of the same size or, if there would be more than S3 allows, of the smallest size with which there are not.
     *
     * @param size of the content
     */
    PartSizes forSize(long size) {
        long least = (size + MOST_PARTS - 1) / MOST_PARTS;
        return least <= bytes ? this : new PartSizes(above, Math.toIntExact(least), parallel);
    }
}
