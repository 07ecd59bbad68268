package io.mlops4j.registry.archive;

/**
 * Hears how far an export or import has come.
 *
 * <p>Called on the thread that exports or imports; must be quick.
 */
@FunctionalInterface
public interface ArchiveProgress {
    /** Hears nothing. */
    ArchiveProgress SILENT = (done, total) -> {};

    /**
     * Some of the content is done.
     *
     * @param done bytes of content so far
     * @param total bytes of content in all
     */
    void on(long done, long total);
}
