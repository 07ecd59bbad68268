package io.mlops4j.signing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.model.Digest;
import java.util.Base64;
import java.util.Map;

/** Bundles put together by hand, so that anything in them can be wrong. */
final class Bundles {
    static final SigningKey KEY = SigningKey.generate(Curve.P256);
    static final TrustedKeys TRUSTED = TrustedKeys.of(KEY.verificationKey());
    static final Digest A = Digest.of("a".getBytes(UTF_8));
    static final Map<String, Digest> FILES = Map.of("model.onnx", A);

    static final String RESOURCE = resource("model.onnx", "sha256", A.hex());

    private Bundles() {}

    static String resource(String name, String algorithm, String digest) {
        return "{\"name\":\"" + name + "\",\"algorithm\":\"" + algorithm + "\",\"digest\":\"" + digest + "\"}";
    }

    /** The digest over one file whose own digest is {@link #A}. */
    static String root(int times) {
        var sha = Digest.sha256();
        for (int i = 0; i < times; i++) {
            sha.update(java.util.HexFormat.of().parseHex(A.hex()));
        }
        return Digest.of(sha).hex();
    }

    static String statement(String type, String predicateType, String method, String hash, String root, String files) {
        return "{\"_type\":\"" + type + "\",\"subject\":[{\"name\":\"m\",\"digest\":{\"sha256\":\"" + root
                + "\"}}],\"predicateType\":\"" + predicateType + "\",\"predicate\":{\"serialization\":{\"method\":\""
                + method
                + "\",\"hash_type\":\"" + hash + "\",\"allow_symlinks\":false,\"ignore_paths\":[]},\"resources\":["
                + files
                + "]}}";
    }

    static String files(int count, String files) {
        return statement(Statement.TYPE, Statement.PREDICATE_TYPE, "files", "sha256", root(count), files);
    }

    static String sound() {
        return files(1, RESOURCE);
    }

    static byte[] signature(String payload) {
        String type = "application/vnd.in-toto+json";
        byte[] body = payload.getBytes(UTF_8);
        byte[] head = ("DSSEv1 " + type.length() + " " + type + " " + body.length + " ").getBytes(UTF_8);
        byte[] message = new byte[head.length + body.length];
        System.arraycopy(head, 0, message, 0, head.length);
        System.arraycopy(body, 0, message, head.length, body.length);
        return KEY.sign(message);
    }

    static String encoded(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static String bundle(String media, String material, String payload, String type, String signatures) {
        return "{\"mediaType\":\"" + media + "\",\"verificationMaterial\":{" + material
                + ",\"tlogEntries\":[]},\"dsseEnvelope\":{\"payload\":\"" + payload + "\",\"payloadType\":\"" + type
                + "\",\"signatures\":[" + signatures + "]}}";
    }

    static String hint(String hint) {
        return "\"publicKey\":{\"hint\":\"" + hint + "\"}";
    }

    static String one(byte[] signature) {
        return "{\"sig\":\"" + encoded(signature) + "\",\"keyid\":\"\"}";
    }

    /** A sound envelope around a statement, which is signed as it is. */
    static String signed(String statement) {
        return around(statement, one(signature(statement)));
    }

    static String around(String statement, String signatures) {
        return bundle(
                StoredBundle.MEDIA_TYPE,
                hint(KEY.id().hex()),
                encoded(statement.getBytes(UTF_8)),
                StoredBundle.Envelope.IN_TOTO,
                signatures);
    }
}
