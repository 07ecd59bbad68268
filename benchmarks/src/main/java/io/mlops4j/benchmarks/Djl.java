package io.mlops4j.benchmarks;

import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.TranslatorContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A rival: Deep Java Library with its ONNX Runtime engine, one predictor that is kept, one thread.
 *
 * <p>Confined to one thread at a time.
 */
final class Djl implements AutoCloseable {
    private final Path file;
    private final ZooModel<float[], float[]> model;
    private final Predictor<float[], float[]> predictor;

    Djl(byte[] bytes) throws IOException, ModelNotFoundException, MalformedModelException {
        file = Files.createTempFile("benchmark", ".onnx");
        Files.write(file, bytes);
        model = Criteria.builder()
                .setTypes(float[].class, float[].class)
                .optModelPath(file)
                .optEngine("OnnxRuntime")
                .optOption("intraOpNumThreads", "1")
                .optOption("interOpNumThreads", "1")
                .optTranslator(new Rows())
                .build()
                .loadModel();
        predictor = model.newPredictor();
    }

    float score(float[] row) throws TranslateException {
        return predictor.predict(row)[0];
    }

    @Override
    public void close() throws IOException {
        predictor.close();
        model.close();
        Files.deleteIfExists(file);
    }

    private static final class Rows implements NoBatchifyTranslator<float[], float[]> {
        @Override
        public NDList processInput(TranslatorContext context, float[] row) {
            return new NDList(context.getNDManager().create(row, new Shape(1, row.length)));
        }

        @Override
        public float[] processOutput(TranslatorContext context, NDList list) {
            return list.singletonOrThrow().toFloatArray();
        }
    }
}
