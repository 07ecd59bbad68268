package io.mlops4j.serving.tabular;

import java.util.Map;
import java.util.Optional;

/** The operators that are understood. */
enum Operator {
    TREE_ENSEMBLE_CLASSIFIER,
    TREE_ENSEMBLE_REGRESSOR,
    LINEAR_CLASSIFIER,
    LINEAR_REGRESSOR,
    SCALER,
    IMPUTER,
    NORMALIZER,
    ZIP_MAP,
    CAST,
    IDENTITY,
    MAT_MUL,
    GEMM,
    ADD,
    RESHAPE,
    EXP;

    private static final Map<String, Operator> STANDARD = Map.of(
            "Cast", CAST,
            "Identity", IDENTITY,
            "MatMul", MAT_MUL,
            "Gemm", GEMM,
            "Add", ADD,
            "Reshape", RESHAPE,
            "Exp", EXP);
    private static final Map<String, Operator> ML = Map.of(
            "TreeEnsembleClassifier", TREE_ENSEMBLE_CLASSIFIER,
            "TreeEnsembleRegressor", TREE_ENSEMBLE_REGRESSOR,
            "LinearClassifier", LINEAR_CLASSIFIER,
            "LinearRegressor", LINEAR_REGRESSOR,
            "Scaler", SCALER,
            "Imputer", IMPUTER,
            "Normalizer", NORMALIZER,
            "ZipMap", ZIP_MAP);

    /** The operator of a name in a domain. */
    static Optional<Operator> of(String domain, String name) {
        return switch (domain) {
            case "", "ai.onnx" -> Optional.ofNullable(STANDARD.get(name));
            case "ai.onnx.ml" -> Optional.ofNullable(ML.get(name));
            default -> Optional.empty();
        };
    }
}
