package io.mlops4j.serving.tabular;

import static io.mlops4j.serving.tabular.NotCompiledException.present;
import static io.mlops4j.serving.tabular.NotCompiledException.require;

import io.mlops4j.serving.internal.ProtoReader.MalformedProtoException;
import io.mlops4j.serving.tabular.TreeCompiler.Scored;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compiles a graph by following each name from the input to the outputs: first it stands for rows, after the one
 * operator that predicts for scores or labels, and perhaps for maps of them. A graph in which a name stands for anything else is
 * not compiled.
 *
 * <p>Confined to one thread at a time.
 */
final class GraphCompiler {
    /** A linear model beyond this is a matrix product, which the native runtime is better at; see decision 0015. */
    private static final int MAX_WEIGHTS = 64;

    private final Graph graph;
    private final Map<String, Symbol> symbols = new HashMap<>();

    /** What a name stands for. */
    private sealed interface Symbol {}

    /** The rows after some steps. */
    private record Rows(List<RowStep> steps) implements Symbol {}

    /** What predicts. Compared by identity: a graph has one. */
    private static final class Predictor {
        private final List<RowStep> before;
        private final RawScores raw;
        private final Decision decision;
        private final Transform transform;

        Predictor(Rows rows, RawScores raw, Decision decision, Transform transform) {
            this.before = rows.steps;
            this.raw = raw;
            this.decision = decision;
            this.transform = transform;
        }

        int valueCount() {
            return decision.valueCount(raw.outputs());
        }
    }

    private record Scores(Predictor predictor, List<ValueStep> steps) implements Symbol {}

    private record Labels(Predictor predictor, Classes classes) implements Symbol {}

    private record Maps(Scores scores, Classes keys) implements Symbol {}

    private GraphCompiler(Graph graph) {
        this.graph = graph;
        symbols.put(graph.input(), new Rows(List.of()));
    }

    /** Compiles a model, or says why not. */
    static Program compile(byte[] model) throws NotCompiledException {
        try {
            var compiler = new GraphCompiler(Graph.read(model));
            for (Node node : compiler.graph.nodes()) {
                compiler.node(node);
            }
            return compiler.program();
        } catch (MalformedProtoException e) {
            throw new NotCompiledException("expected an ONNX model: " + e.getMessage());
        }
    }

    private void node(Node node) throws NotCompiledException {
        switch (node.op()) {
            case TREE_ENSEMBLE_REGRESSOR -> treeRegressor(node);
            case TREE_ENSEMBLE_CLASSIFIER -> treeClassifier(node);
            case LINEAR_REGRESSOR -> linearRegressor(node);
            case LINEAR_CLASSIFIER -> linearClassifier(node);
            case SCALER -> scaler(node);
            case IMPUTER -> imputer(node);
            case NORMALIZER -> normalizer(node);
            case ZIP_MAP -> zipMap(node);
            case CAST -> cast(node);
            case IDENTITY -> identity(node);
            case MAT_MUL -> matMul(node);
            case GEMM -> gemm(node);
            case ADD -> add(node);
            case RESHAPE -> reshape(node);
            case EXP -> exp(node);
        }
    }

    private void treeRegressor(Node node) throws NotCompiledException {
        node.requireForm(1, 1, TreeColumns.attributes("target", "n_targets", "aggregate_function"));
        var columns = new TreeColumns(node, "target", graph.width(), node.number("n_targets", 0));
        String aggregate = node.text("aggregate_function", "SUM");
        boolean extreme = aggregate.equals("MIN") || aggregate.equals("MAX");
        Forest forest = TreeCompiler.compile(
                columns, aggregate, node.decimals("base_values"), extreme ? Scored.ALWAYS : Scored.PERHAPS);
        Transform transform = Transform.of(node.text("post_transform", "NONE"));
        // The native runtime transforms the scores of several outputs only.
        predict(node, forest, Decision.VALUES, forest.outputs() == 1 ? Transform.NONE : transform, null);
    }

    private void treeClassifier(Node node) throws NotCompiledException {
        node.requireForm(1, 2, TreeColumns.attributes("class", "classlabels_strings", "classlabels_int64s"));
        Classes classes = Classes.of(node, "classlabels_strings", "classlabels_int64s");
        float[] base = node.decimals("base_values");
        boolean oneScore =
                classes.count() == 2 && Arrays.stream(node.numbers("class_ids")).allMatch(id -> id == 0);
        var columns = new TreeColumns(node, "class", graph.width(), oneScore ? 1 : classes.count());
        require(classes.count() > 1 && (oneScore || classes.count() > 2 || base.length == 0), "a usual classifier");
        Forest forest = TreeCompiler.compile(columns, "SUM", base, base.length > 0 ? Scored.PERHAPS : Scored.ALWAYS);
        Decision decision = classes.count() > 2 ? Decision.GREATEST : Decision.SECOND_IF_POSITIVE;
        if (oneScore) {
            decision = columns.hasNegativeWeight() ? Decision.MARGIN : Decision.PROBABILITY;
        }
        predict(node, forest, decision, Transform.of(node.text("post_transform", "NONE")), classes);
    }

    private void linearRegressor(Node node) throws NotCompiledException {
        node.requireForm(1, 1, "coefficients", "intercepts", "targets", "post_transform");
        require(node.text("post_transform", "NONE").equals("NONE"), "no transform of a linear regressor");
        long targets = node.number("targets", 1);
        require(targets >= 1 && targets <= MAX_WEIGHTS, "few targets");
        predict(node, linear(node, (int) targets), Decision.VALUES, Transform.NONE, null);
    }

    private void linearClassifier(Node node) throws NotCompiledException {
        node.requireForm(
                1,
                2,
                "coefficients",
                "intercepts",
                "classlabels_strings",
                "classlabels_ints",
                "multi_class",
                "post_transform");
        Classes classes = Classes.of(node, "classlabels_strings", "classlabels_ints");
        require(classes.count() > 1 && node.decimals("intercepts").length == classes.count(), "a score for each class");
        Transform transform = Transform.of(node.text("post_transform", "NONE"));
        predict(node, linear(node, classes.count()), Decision.GREATEST, transform, classes);
    }

    private Linear linear(Node node, int outputs) throws NotCompiledException {
        float[] intercepts = node.decimals("intercepts");
        require(intercepts.length == 0 || intercepts.length == outputs, "an intercept for each output, or none");
        Linear products = linear(node.decimals("coefficients"), outputs, 1, graph.width());
        return intercepts.length == 0 ? products : products.plus(intercepts);
    }

    /** Weights whose place is {@code output * byOutput + feature * byFeature}, where one stride is 1. */
    private Linear linear(float[] weights, int outputs, int byFeature, int byOutput) throws NotCompiledException {
        require(
                outputs >= 1 && weights.length == (long) outputs * graph.width() && weights.length <= MAX_WEIGHTS,
                "few weights, one for each feature and output");
        double[] byRow = new double[weights.length];
        for (int output = 0; output < outputs; output++) {
            for (int feature = 0; feature < graph.width(); feature++) {
                float weight = weights[output * byOutput + feature * byFeature];
                require(Float.isFinite(weight), "finite weights");
                byRow[output * graph.width() + feature] = weight;
            }
        }
        return new Linear(graph.width(), byRow, new double[outputs]);
    }

    private void matMul(Node node) throws NotCompiledException {
        node.requireForm(2, 1);
        Constant weights = matrix(node);
        require(weights.rows() == graph.width(), "a row of weights for each feature");
        Linear linear = linear(weights.decimals(), weights.columns(), weights.columns(), 1);
        predict(node, linear, Decision.VALUES, Transform.NONE, null);
    }

    private void gemm(Node node) throws NotCompiledException {
        node.requireForm(3, 1, "alpha", "beta", "transA", "transB");
        boolean asUsual =
                node.decimal("alpha", 1) == 1 && node.decimal("beta", 1) == 1 && node.number("transA", 0) == 0;
        boolean transposed = node.number("transB", 0) != 0;
        Constant weights = matrix(node);
        require(asUsual && (transposed ? weights.columns() : weights.rows()) == graph.width(), "a plain product");
        int outputs = transposed ? weights.rows() : weights.columns();
        Linear products =
                linear(weights.decimals(), outputs, transposed ? 1 : weights.columns(), transposed ? graph.width() : 1);
        predict(node, plus(products, node.inputs().get(2)), Decision.VALUES, Transform.NONE, null);
    }

    private Constant matrix(Node node) throws NotCompiledException {
        Constant weights = present(graph.constants().get(node.inputs().get(1)), "a matrix of weights");
        require(weights.isMatrix(), "a matrix of weights");
        return weights;
    }

    private void add(Node node) throws NotCompiledException {
        node.requireForm(2, 1);
        Predictor products = scores(node).predictor;
        require(
                products.raw instanceof Linear && scores(node).steps.isEmpty() && products.decision == Decision.VALUES,
                "a bias of a linear model");
        Linear sum = plus((Linear) products.raw, node.inputs().get(1));
        var predictor = new Predictor(new Rows(products.before), sum, Decision.VALUES, Transform.NONE);
        define(node, 0, new Scores(predictor, List.of()));
    }

    private Linear plus(Linear products, String name) throws NotCompiledException {
        Constant bias = present(graph.constants().get(name), "a bias");
        require(bias.isRow(products.outputs()), "a bias for each output");
        return products.plus(bias.decimals());
    }

    private void predict(Node node, RawScores raw, Decision decision, Transform transform, @Nullable Classes classes)
            throws NotCompiledException {
        var predictor = new Predictor(rows(node), raw, decision, transform);
        if (classes != null) {
            define(node, 0, new Labels(predictor, classes));
        }
        define(node, classes == null ? 0 : 1, new Scores(predictor, List.of()));
    }

    private void scaler(Node node) throws NotCompiledException {
        node.requireForm(1, 1, "offset", "scale");
        step(node, RowStep.scaler(eachFeature(node.decimals("offset")), eachFeature(node.decimals("scale"))));
    }

    private void imputer(Node node) throws NotCompiledException {
        node.requireForm(1, 1, "imputed_value_floats", "replaced_value_float");
        float[] by = eachFeature(node.decimals("imputed_value_floats"));
        step(node, RowStep.imputer(node.decimal("replaced_value_float", 0), by));
    }

    private float[] eachFeature(float[] values) throws NotCompiledException {
        require(values.length == 1 || values.length == graph.width(), "one value, or one for each feature");
        float[] all = Arrays.copyOf(values, graph.width());
        if (values.length == 1) {
            Arrays.fill(all, values[0]);
        }
        return all;
    }

    private void step(Node node, RowStep step) throws NotCompiledException {
        List<RowStep> steps = new ArrayList<>(rows(node).steps);
        steps.add(step);
        define(node, 0, new Rows(steps));
    }

    private void normalizer(Node node) throws NotCompiledException {
        node.requireForm(1, 1, "norm");
        require(node.text("norm", "MAX").equals("L1"), "probabilities that are divided by their sum");
        after(node, ValueStep.NORMALIZE_L1);
    }

    private void exp(Node node) throws NotCompiledException {
        node.requireForm(1, 1);
        after(node, ValueStep.EXP);
    }

    private void after(Node node, ValueStep step) throws NotCompiledException {
        List<ValueStep> steps = new ArrayList<>(scores(node).steps);
        steps.add(step);
        define(node, 0, new Scores(scores(node).predictor, steps));
    }

    private void zipMap(Node node) throws NotCompiledException {
        node.requireForm(1, 1, "classlabels_strings", "classlabels_int64s");
        Classes keys = Classes.of(node, "classlabels_strings", "classlabels_int64s");
        require(keys.count() == scores(node).predictor.valueCount(), "a label for each value");
        define(node, 0, new Maps(scores(node), keys));
    }

    /** Casts to the type that a value has already. */
    private void cast(Node node) throws NotCompiledException {
        node.requireForm(1, 1, "to");
        Symbol symbol = symbol(node);
        boolean toFloat = node.number("to", 0) == 1 && (symbol instanceof Rows || symbol instanceof Scores);
        boolean toLong = node.number("to", 0) == 7 && symbol instanceof Labels labels && labels.classes.areNumbers();
        require(toFloat || toLong, "casts that change nothing");
        define(node, 0, symbol);
    }

    private void identity(Node node) throws NotCompiledException {
        node.requireForm(1, 1);
        define(node, 0, symbol(node));
    }

    /** Reshapes to the shape that scores have already. */
    private void reshape(Node node) throws NotCompiledException {
        node.requireForm(2, 1);
        Constant shape = graph.constants().get(node.inputs().get(1));
        Scores scores = scores(node);
        require(shape != null && shape.holds(-1, scores.predictor.valueCount()), "reshaping that changes nothing");
        define(node, 0, scores);
    }

    private Symbol symbol(Node node) throws NotCompiledException {
        return present(symbols.get(node.inputs().get(0)), "names that are defined");
    }

    private Rows rows(Node node) throws NotCompiledException {
        if (symbol(node) instanceof Rows rows) {
            return rows;
        }
        throw new NotCompiledException("expected rows as the input of " + node.op());
    }

    private Scores scores(Node node) throws NotCompiledException {
        if (symbol(node) instanceof Scores scores) {
            return scores;
        }
        throw new NotCompiledException("expected scores as the input of " + node.op());
    }

    private void define(Node node, int output, Symbol symbol) throws NotCompiledException {
        String name = node.outputs().get(output);
        boolean isNew = !graph.constants().containsKey(name) && symbols.put(name, symbol) == null;
        require(isNew, "names that are defined once");
    }

    private Program program() throws NotCompiledException {
        Predictor told = null;
        List<ValueStep> after = null;
        List<Output> outputs = new ArrayList<>();
        for (String name : graph.outputs()) {
            Symbol symbol = present(symbols.get(name), "outputs that are defined");
            Scores scores = symbol instanceof Maps maps ? maps.scores : symbol instanceof Scores s ? s : null;
            Predictor its =
                    symbol instanceof Labels labels ? labels.predictor : scores == null ? null : scores.predictor;
            require(its != null && (told == null || told == its), "outputs of one prediction");
            require(scores == null || after == null || after.equals(scores.steps), "values of one kind");
            told = its;
            after = scores == null ? after : scores.steps;
            outputs.add(output(name, symbol));
        }
        Predictor predictor = present(told, "a prediction");
        return new Program(
                graph.input(),
                graph.width(),
                predictor.before,
                predictor.raw,
                predictor.decision,
                predictor.transform,
                after == null ? List.of() : after,
                outputs);
    }

    private static Output output(String name, Symbol symbol) throws NotCompiledException {
        if (symbol instanceof Scores) {
            return new Output.Values(name);
        }
        if (symbol instanceof Labels labels) {
            return new Output.Labels(name, labels.classes);
        }
        if (symbol instanceof Maps maps) {
            return new Output.Maps(name, maps.keys);
        }
        throw new NotCompiledException("expected labels, scores or maps as outputs");
    }
}
