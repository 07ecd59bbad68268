package io.mlops4j.serving;

import io.mlops4j.model.Value;
import java.util.Map;

/**
 * In whose names a request is asked and answered. What a version is asked, and what is heard and kept of it, is always in its
 * own names.
 *
 * <p>Implementations are immutable.
 */
interface Wording {
    /** Who asks uses the names of the version that answers. */
    Wording OWN = new Wording() {
        @Override
        public Map<String, Value> inputs(Served served, Map<String, Value> asked) {
            return asked;
        }

        @Override
        public Map<String, Value> outputs(Served served, Map<String, Value> answered) {
            return answered;
        }
    };

    /**
     * What is asked, in the names of a version.
     *
     * @throws InferenceException if the version cannot be asked this
     */
    Map<String, Value> inputs(Served served, Map<String, Value> asked);

    /**
     * What a version has answered, in the names of who asks.
     *
     * @throws InferenceException if that is no answer to what was asked
     */
    Map<String, Value> outputs(Served served, Map<String, Value> answered);
}
