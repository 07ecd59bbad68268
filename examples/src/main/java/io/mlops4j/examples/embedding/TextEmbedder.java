package io.mlops4j.examples.embedding;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.ModelServer;
import io.mlops4j.serving.Prediction;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Texts to vectors of length 1, such that texts of similar meaning have a large dot product. The vector of a text is the
 * mean of its tokens' vectors, as the model was trained (N. Reimers and I. Gurevych, <i>Sentence-BERT</i>, EMNLP 2019).
 *
 * <p>The tokenizer is owned, the server is not. Thread-safe.
 */
public final class TextEmbedder implements AutoCloseable {
    private final ModelServer server;
    private final ModelName model;
    private final HuggingFaceTokenizer tokenizer;

    /**
     * Embeds texts.
     *
     * @param server serves the model
     * @param model takes {@code input_ids}, {@code attention_mask} and {@code token_type_ids}, INT64 [texts, tokens],
     *     and gives FLOAT32 [texts, tokens, values] first
     * @param tokenizer pads to the longest text; closed with this object
     */
    public TextEmbedder(ModelServer server, ModelName model, HuggingFaceTokenizer tokenizer) {
        this.server = server;
        this.model = model;
        this.tokenizer = tokenizer;
    }

    /**
     * Embeds one text.
     *
     * @param text of any length; the model looks at its beginning
     * @return a vector of length 1
     */
    public float[] embed(String text) {
        return embed(List.of(text)).get(0);
    }

    /**
     * Embeds texts in one run of the model. How a text is embedded may depend a little on the texts beside it: an int8
     * model scales what it computes by the largest value of a run.
     *
     * @param texts one or more
     * @return their vectors, in the same order
     */
    public List<float[]> embed(List<String> texts) {
        Encoding[] encoded = tokenizer.batchEncode(texts);
        Map<String, Value> inputs = Map.of(
                "input_ids", tensor(encoded, Encoding::getIds),
                "attention_mask", tensor(encoded, Encoding::getAttentionMask),
                "token_type_ids", tensor(encoded, Encoding::getTypeIds));
        Prediction prediction = server.predict(model, inputs);
        Tensor tokens =
                prediction.tensor(prediction.outputs().keySet().iterator().next());
        int length = (int) tokens.shape().size(1);
        int values = (int) tokens.shape().size(2);
        float[] all = tokens.floats();
        return IntStream.range(0, encoded.length)
                .mapToObj(i -> mean(all, i * length * values, encoded[i].getAttentionMask(), values))
                .toList();
    }

    private static Tensor tensor(Encoding[] encoded, Function<Encoding, long[]> part) {
        int length = encoded[0].getIds().length;
        long[] all = new long[encoded.length * length];
        for (int i = 0; i < encoded.length; i++) {
            System.arraycopy(part.apply(encoded[i]), 0, all, i * length, length);
        }
        return Tensor.ofLongs(all, encoded.length, length);
    }

    /** The mean over the tokens that are no padding, scaled to length 1. */
    private static float[] mean(float[] all, int from, long[] mask, int values) {
        float[] mean = new float[values];
        for (int token = 0; token < mask.length; token++) {
            if (mask[token] != 0) {
                for (int i = 0; i < values; i++) {
                    mean[i] += all[from + token * values + i];
                }
            }
        }
        double squares = 0;
        for (float value : mean) {
            squares += (double) value * value;
        }
        float scale = (float) (1 / Math.sqrt(squares));
        for (int i = 0; i < values; i++) {
            mean[i] *= scale;
        }
        return mean;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
