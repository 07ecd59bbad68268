package io.mlops4j.examples.embedding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Texts that can be searched by meaning: every vector is compared, which is exact and, up to some hundred thousand texts,
 * quick enough.
 *
 * <p>Confined to one thread at a time.
 */
public final class TextIndex {
    private final TextEmbedder embedder;
    private final List<String> texts = new ArrayList<>();
    private final List<float[]> vectors = new ArrayList<>();

    /**
     * An empty index.
     *
     * @param embedder of texts and questions
     */
    public TextIndex(TextEmbedder embedder) {
        this.embedder = embedder;
    }

    /**
     * Something found.
     *
     * @param text what was indexed
     * @param similarity the cosine of the angle between the two vectors, -1 to 1
     */
    public record Hit(String text, float similarity) {}

    /**
     * Adds texts.
     *
     * @param more one or more
     */
    public void add(List<String> more) {
        vectors.addAll(embedder.embed(more));
        texts.addAll(more);
    }

    /**
     * Finds what is nearest in meaning.
     *
     * @param question any text
     * @param limit how many, 1 or more
     * @return the most similar texts first
     */
    public List<Hit> search(String question, int limit) {
        float[] wanted = embedder.embed(question);
        List<Hit> hits = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            hits.add(new Hit(texts.get(i), dot(wanted, vectors.get(i))));
        }
        hits.sort(Comparator.comparing(Hit::similarity).reversed());
        return List.copyOf(hits.subList(0, Math.min(limit, hits.size())));
    }

    private static float dot(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
