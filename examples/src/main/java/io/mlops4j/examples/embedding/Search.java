package io.mlops4j.examples.embedding;

import java.util.List;
import java.util.Locale;

/** Asks a few questions of a few texts: {@code mvn -q -Drun=search -pl examples -am package}. */
public final class Search {
    private static final List<String> TEXTS = List.of(
            "The train to the airport leaves every ten minutes.",
            "Refunds are paid within two weeks.",
            "Dogs are welcome if they are on a leash.",
            "The office is closed on public holidays.",
            "Change your password under Settings, Security.",
            "In winter the footpath to the lake is not cleared of snow.");

    private static final List<String> QUESTIONS = List.of(
            "How do I get my money back?", "I forgot my login", "may I bring my puppy", "are you open at Christmas");

    private Search() {}

    /**
     * Prints the best answer to each question.
     *
     * @param arguments questions to ask instead
     */
    public static void main(String[] arguments) {
        List<String> questions = arguments.length == 0 ? QUESTIONS : List.of(arguments);
        try (var models = MiniLm.server();
                var embedder = MiniLm.embedder(models)) {
            var index = new TextIndex(embedder);
            index.add(TEXTS);
            System.out.println("Whether texts may be batched: " + models.batchability(MiniLm.NAME));
            for (String question : questions) {
                TextIndex.Hit best = index.search(question, 1).get(0);
                System.out.printf(Locale.ROOT, "%-30s %.2f  %s%n", question, best.similarity(), best.text());
            }
        }
    }
}
