package io.mlops4j.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.Digest;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Finds what an event says about stored files, whatever the event is: every JSON object with a name, a digest and a size
 * is an {@link Artifact}. Data that a model was made from has rows instead of a size, and lies elsewhere.
 */
public final class ArtifactScan {
    private ArtifactScan() {}

    /**
     * Visits all artifacts.
     *
     * @param event the bytes of an event; if they are no JSON, nothing is found
     * @param visitor gets the model version in whose description the artifact stands, such as {@code rides:3}, if it
     *     does, and the artifact
     */
    public static void each(byte[] event, BiConsumer<Optional<String>, Artifact> visitor) {
        Json.tryTree(event).ifPresent(tree -> visit(tree, Optional.empty(), visitor));
    }

    private static void visit(JsonNode node, Optional<String> owner, BiConsumer<Optional<String>, Artifact> visitor) {
        Optional<String> inner = version(node).or(() -> owner);
        artifact(node).ifPresent(artifact -> visitor.accept(inner, artifact));
        for (JsonNode child : node) {
            visit(child, inner, visitor);
        }
    }

    private static Optional<String> version(JsonNode node) {
        JsonNode model = node.path("model");
        JsonNode number = node.path("number");
        return model.isTextual() && number.isIntegralNumber()
                ? Optional.of(model.textValue() + ":" + number.asLong())
                : Optional.empty();
    }

    private static Optional<Artifact> artifact(JsonNode node) {
        JsonNode name = node.path("name");
        JsonNode digest = node.path("digest");
        JsonNode size = node.path("size");
        if (!name.isTextual() || !digest.isTextual() || !size.isIntegralNumber()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Artifact(name.textValue(), Digest.parse(digest.textValue()), size.asLong()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
