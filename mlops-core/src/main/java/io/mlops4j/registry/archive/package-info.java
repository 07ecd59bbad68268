/**
 * One model as one file, to be carried from any registry to any other.
 *
 * <pre>{@code
 * ArchiveExport.of(registry, rides).to(Path.of("rides.tar"));
 *
 * ImportReport report = ArchiveImport.into(other, store, "ana").from(Path.of("rides.tar"));
 * }</pre>
 *
 * <p>An archive is a plain tar file: {@code manifest.json} first, which says everything but the files' bytes, then the
 * files as content-addressed blobs, each once, sorted by digest. There is no freedom in it: given the manifest, every
 * other byte but the content of the blobs is determined, and the blobs are by their digests. The reader makes use of
 * that: it does not interpret headers that strangers wrote, it compares them with those that it would have written. So an
 * archive with a link, a device, a path, a duplicate, a hole or a byte too many is not handled but simply not an archive,
 * and as nothing is compressed, nothing can blow up.
 *
 * <p>Approvals, verdicts and alias history travel in the manifest for people to read; they are not re-enacted, as what
 * one house approved another has not. Signatures are, as they prove themselves.
 */
@NullMarked
package io.mlops4j.registry.archive;

import org.jspecify.annotations.NullMarked;
