package io.mlops4j.tracking;

import io.mlops4j.internal.Labels;
import java.util.Map;

/** Checks what is written to a run against the limits of {@link Tracker}. */
final class Limits {
    private Limits() {}

    static void parameters(Map<String, String> parameters) {
        room("parameters", parameters.size(), Tracker.MAX_ENTRIES);
        parameters.forEach((key, value) -> {
            Labels.key("parameter name", key);
            Labels.text("value of parameter " + key, value, Tracker.MAX_PARAMETER);
        });
    }

    static void tags(Map<String, String> tags) {
        room("tags", tags.size(), Tracker.MAX_ENTRIES);
        tags.forEach((key, value) -> {
            Labels.key("tag key", key);
            Labels.text("value of tag " + key, value, Tracker.MAX_TAG);
        });
    }

    static void room(String what, int count, int max) {
        if (count > max) {
            throw new IllegalArgumentException("Cannot write " + count + " " + what + ": a run has at most " + max);
        }
    }
}
