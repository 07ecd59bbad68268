package io.mlops4j.serving;

import io.mlops4j.MlopsException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.OptionalSpec;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Value;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.model.VersionId;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A version's model, held to what {@link LoadedModel} says: it may be the host's. What is thrown in it is an
 * {@link MlopsException} or an {@link Error}, and what it answers has a value for each output that is not optional. All that
 * runs a model, from the warm-up on, runs it through this.
 *
 * <p>Thread-safe, as the model is.
 */
final class CheckedModel implements LoadedModel {
    private final VersionId version;
    private final LoadedModel model;
    private final Signature signature;
    private final List<String> outputs;
    private final Optional<RowScorer> scorer;

    /** Asks the model for its form, which may throw anything. */
    CheckedModel(VersionId version, LoadedModel model) {
        this.version = version;
        this.model = model;
        this.signature = model.signature();
        this.outputs = signature.outputs().stream()
                .filter(spec -> !(spec instanceof OptionalSpec))
                .map(ValueSpec::name)
                .toList();
        this.scorer = model.rowScorer().map(Scorer::new);
    }

    @Override
    public Signature signature() {
        return signature;
    }

    @Override
    public Map<String, Value> run(Map<String, Value> inputs) {
        try {
            return complete(model.run(inputs));
        } catch (MlopsException e) {
            throw e;
        } catch (Exception e) {
            throw failed(e);
        }
    }

    @Override
    public Map<String, Value> run(Map<String, Value> inputs, StopSignal signal) {
        try {
            return complete(model.run(inputs, signal));
        } catch (MlopsException e) {
            throw e;
        } catch (Exception e) {
            throw failed(e);
        }
    }

    private Map<String, Value> complete(@Nullable Map<String, Value> answer) {
        if (answer == null) {
            throw new InferenceException("Model " + version + " gave null, expected a value for each output", null);
        }
        for (String output : outputs) {
            if (answer.get(output) == null) {
                throw lacking(output);
            }
        }
        if (answer.size() > outputs.size()) {
            answer.forEach((name, value) -> {
                if (value == null) {
                    throw lacking(name);
                }
            });
        }
        return answer;
    }

    private InferenceException lacking(String output) {
        return new InferenceException(
                "Model " + version + " gave no value for output " + Text.quote(output) + ", expected one", null);
    }

    private InferenceException failed(Exception e) {
        return new InferenceException("Model " + version + " failed: " + Text.quote(said(e)), e);
    }

    /** What an exception says of itself, if it can: it may be the host's. */
    static String said(Throwable e) {
        try {
            return String.valueOf(e.toString());
        } catch (RuntimeException unreadable) {
            return e.getClass().getName();
        }
    }

    private <T> T checked(Supplier<T> call) {
        try {
            return call.get();
        } catch (MlopsException e) {
            throw e;
        } catch (Exception e) {
            throw failed(e);
        }
    }

    @Override
    public Optional<RowScorer> rowScorer() {
        return scorer;
    }

    @Override
    public Optional<RowBlock> rowBlock(int capacity) {
        return checked(() -> model.rowBlock(capacity).map(Block::new));
    }

    @Override
    public String runtime(String loadedBy) {
        return model.runtime(loadedBy);
    }

    @Override
    public Optional<String> mixesRows() {
        return model.mixesRows();
    }

    @Override
    public void terminate() {
        model.terminate();
    }

    @Override
    public void close() {
        model.close();
    }

    private final class Scorer implements RowScorer {
        private final RowScorer own;

        Scorer(RowScorer own) {
            this.own = own;
        }

        @Override
        public int features() {
            return own.features();
        }

        @Override
        public int outputs() {
            return own.outputs();
        }

        @Override
        public void score(float[] row, float[] out) {
            try {
                own.score(row, out);
            } catch (MlopsException e) {
                throw e;
            } catch (Exception e) {
                if (e instanceof IllegalArgumentException narrow && out.length < own.outputs()) {
                    throw narrow; // the caller's room, not the model
                }
                throw failed(e);
            }
        }
    }

    private final class Block implements RowBlock {
        private final RowBlock own;

        Block(RowBlock own) {
            this.own = own;
        }

        @Override
        public FloatBuffer rows() {
            return own.rows();
        }

        @Override
        public FloatBuffer answers() {
            return own.answers();
        }

        @Override
        public void score(int count, StopSignal signal) {
            try {
                own.score(count, signal);
            } catch (MlopsException e) {
                throw e;
            } catch (Exception e) {
                throw failed(e);
            }
        }

        @Override
        public void close() {
            own.close();
        }
    }
}
