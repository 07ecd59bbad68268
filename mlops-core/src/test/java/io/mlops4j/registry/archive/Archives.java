package io.mlops4j.registry.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Provenance;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Archives put together by hand, byte by byte, so that anything in them can be wrong. */
final class Archives {
    static final byte[] CONTENT = "a model of some bytes".getBytes(UTF_8);
    static final byte[] SECOND = "another model".getBytes(UTF_8);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** A header with everything to choose: what POSIX calls a type flag, a link's target, a prefix. */
    static byte[] header(String name, String octalSize, char type, String link, String prefix) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 100, "0000644");
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, octalSize);
        put(header, 136, "00000000000");
        put(header, 148, "        ");
        put(header, 156, String.valueOf(type));
        put(header, 157, link);
        put(header, 257, "ustar");
        put(header, 263, "00");
        put(header, 329, "0000000");
        put(header, 337, "0000000");
        put(header, 345, prefix);
        return sum(header);
    }

    static byte[] sum(byte[] header) {
        put(header, 148, "        ");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format(java.util.Locale.ROOT, "%06o", sum));
        header[154] = 0;
        return header;
    }

    static void put(byte[] header, int at, String text) {
        byte[] ascii = text.getBytes(UTF_8);
        System.arraycopy(ascii, 0, header, at, ascii.length);
    }

    static String octal(long size) {
        return String.format(java.util.Locale.ROOT, "%011o", size);
    }

    static byte[] file(String name, long size) {
        return header(name, octal(size), '0', "", "");
    }

    Archives raw(byte[] more) {
        bytes.writeBytes(more);
        return this;
    }

    Archives content(byte[] content) {
        bytes.writeBytes(content);
        bytes.writeBytes(new byte[(512 - content.length % 512) % 512]);
        return this;
    }

    Archives entry(String name, byte[] content) {
        return raw(file(name, content.length)).content(content);
    }

    Archives manifest(String json) {
        return entry("manifest.json", json.getBytes(UTF_8));
    }

    byte[] end() {
        bytes.writeBytes(new byte[1024]);
        return bytes.toByteArray();
    }

    static String path(byte[] content) {
        return ArchiveManifest.path(Digest.of(content));
    }

    static ArchiveManifest.Version version(int number, Artifact... files) {
        return version(number, Provenance.unknown(), files);
    }

    static ArchiveManifest.Version version(int number, Provenance provenance, Artifact... files) {
        return new ArchiveManifest.Version(
                number,
                Optional.empty(),
                List.of(files),
                Optional.empty(),
                provenance,
                new TreeMap<>(),
                new TreeMap<>(),
                "",
                Instant.EPOCH,
                List.of(),
                List.of());
    }

    static Artifact artifact(String name, byte[] content) {
        return new Artifact(name, Digest.of(content), content.length);
    }

    static String json(ArchiveManifest.Version... versions) {
        SortedMap<String, Integer> aliases = new TreeMap<>();
        return new String(
                Json.write(new ArchiveManifest(
                        ArchiveManifest.FORMAT,
                        ArchiveManifest.SCHEMA,
                        ModelName.of("rides"),
                        List.of(versions),
                        aliases)),
                UTF_8);
    }

    /** The manifest of one version of one file. */
    static String one() {
        return json(version(1, artifact("model.onnx", CONTENT)));
    }

    /** A sound archive, by hand. */
    static byte[] sound() {
        return new Archives().manifest(one()).entry(path(CONTENT), CONTENT).end();
    }
}
