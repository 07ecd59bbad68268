package io.mlops4j.examples.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.serving.ModelServer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TextEmbedderTest {
    private static ModelServer models;
    private static TextEmbedder embedder;

    @BeforeAll
    static void start() {
        models = MiniLm.server();
        embedder = MiniLm.embedder(models);
    }

    @AfterAll
    static void stop() {
        embedder.close();
        models.close();
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Test
    void embed_text_is384ValuesOfLengthOne() {
        float[] vector = embedder.embed("A dog is running in the park.");

        assertThat(vector).hasSize(384);
        assertThat(dot(vector, vector)).isEqualTo(1, within(1e-5));
    }

    @Test
    void embed_similarMeaning_isNearer() {
        float[] dog = embedder.embed("A dog is running in the park.");
        float[] puppy = embedder.embed("The puppy runs on the grass.");
        float[] tax = embedder.embed("The tax office closes at noon.");

        assertThat(dot(dog, puppy)).isGreaterThan(dot(dog, tax) + 0.3);
    }

    /** Padding must not count; what is left is the int8 model's own scaling. */
    @Test
    void embed_besideALongText_isAlmostTheSame() {
        String text = "A dog is running in the park.";
        float[] alone = embedder.embed(text);
        float[] beside = embedder.embed(List.of(text, "word ".repeat(100))).get(0);

        assertThat(dot(alone, beside)).isGreaterThan(0.97);
    }

    @Test
    void embed_textLongerThanTheModelTakes_isCut() {
        assertThat(embedder.embed("word ".repeat(2000))).hasSize(384);
    }

    @Test
    void search_questionInOtherWords_findsTheAnswer() {
        var index = new TextIndex(embedder);
        index.add(List.of(
                "Refunds are paid within two weeks.",
                "Dogs are welcome if they are on a leash.",
                "Change your password under Settings, Security."));

        assertThat(index.search("How do I get my money back?", 2))
                .hasSize(2)
                .first()
                .extracting(TextIndex.Hit::text)
                .isEqualTo("Refunds are paid within two weeks.");
        assertThat(index.search("may I bring my puppy", 1))
                .extracting(TextIndex.Hit::text)
                .containsExactly("Dogs are welcome if they are on a leash.");
    }
}
