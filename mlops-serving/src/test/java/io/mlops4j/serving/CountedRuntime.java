package io.mlops4j.serving;

import io.mlops4j.model.Signature;
import io.mlops4j.model.Value;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A runtime that counts what it loads and what of it is freed. */
final class CountedRuntime implements InferenceRuntime {
    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    private final InferenceRuntime runtime;

    CountedRuntime(InferenceRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public String name() {
        return runtime.name();
    }

    @Override
    public boolean accepts(VerifiedModel model) {
        return runtime.accepts(model);
    }

    @Override
    public LoadedModel load(VerifiedModel model) {
        LoadedModel loaded = runtime.load(model);
        opened.incrementAndGet();
        return new Counted(loaded);
    }

    private final class Counted implements LoadedModel {
        private final LoadedModel model;

        Counted(LoadedModel model) {
            this.model = model;
        }

        @Override
        public Signature signature() {
            return model.signature();
        }

        @Override
        public Map<String, Value> run(Map<String, Value> inputs) {
            return model.run(inputs);
        }

        @Override
        public Map<String, Value> run(Map<String, Value> inputs, StopSignal signal) {
            return model.run(inputs, signal);
        }

        @Override
        public Optional<RowScorer> rowScorer() {
            return model.rowScorer();
        }

        @Override
        public Optional<RowBlock> rowBlock(int capacity) {
            return model.rowBlock(capacity);
        }

        @Override
        public void terminate() {
            model.terminate();
        }

        @Override
        public void close() {
            model.close();
            closed.incrementAndGet();
        }
    }
}
