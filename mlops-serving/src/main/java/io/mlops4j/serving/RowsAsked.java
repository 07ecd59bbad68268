package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request of several rows, whose answers are kept row by row: rows that are known, and rows that are there twice, are not
 * computed. A model whose answers cannot be put together of rows (their other sizes change with the batch) is asked as if
 * there were no cache.
 *
 * <p>Confined to one thread at a time.
 */
final class RowsAsked extends RequestAsked {
    private final List<InputsQuestion> questions = new ArrayList<>();
    private final Map<InputsQuestion, Map<String, Value>> unknown = new LinkedHashMap<>();
    private final Map<InputsQuestion, Map<String, Value>> known = new LinkedHashMap<>();

    RowsAsked(
            Dispatcher model,
            ResponseCache cache,
            CacheMeters meters,
            Call call,
            Function<Map<String, Value>, @Nullable InputsQuestion> question) {
        super(model, cache, meters, call);
        int rows = Rows.common(call.inputs());
        for (int i = 0; i < rows; i++) {
            Map<String, Value> row = Batcher.rows(call.inputs(), i, 1);
            InputsQuestion asked = requireNonNull(question.apply(row));
            questions.add(asked);
            unknown.putIfAbsent(asked, row);
        }
    }

    @Override
    @Nullable Map<String, Value> find() {
        for (InputsQuestion question : List.copyOf(unknown.keySet())) {
            Map<String, Value> answer = cache.find(question);
            if (answer != null) {
                known.put(question, answer);
                unknown.remove(question);
            }
        }
        return unknown.isEmpty() ? joined() : null;
    }

    @Override
    Call missing() {
        if (unknown.size() == questions.size()) {
            return call;
        }
        if (unknown.isEmpty()) {
            return call; // all is known, but does not fit together
        }
        var inputs = Batcher.merge(List.copyOf(unknown.values()));
        return new Call(call.served(), call.request().asking(inputs), call.start());
    }

    @Override
    CacheMeters.Result result() {
        return known.isEmpty() ? CacheMeters.Result.MISS : CacheMeters.Result.PARTIAL;
    }

    @Override
    @Nullable Map<String, Value> complete(Map<String, Value> outputs) {
        if (unknown.isEmpty()) {
            return outputs;
        }
        List<Map<String, Value>> answers = split(outputs);
        if (answers == null) {
            return unknown.size() == questions.size() ? outputs : null;
        }
        int i = 0;
        for (InputsQuestion question : unknown.keySet()) {
            Map<String, Value> answer = answers.get(i++);
            cache.keep(question, answer);
            known.put(question, answer);
        }
        return unknown.size() == questions.size() ? outputs : joined();
    }

    private @Nullable List<Map<String, Value>> split(Map<String, Value> outputs) {
        int[] ones = new int[unknown.size()];
        Arrays.fill(ones, 1);
        try {
            return Batcher.split(outputs, ones);
        } catch (Batcher.IndivisibleException e) {
            return null;
        }
    }

    private @Nullable Map<String, Value> joined() {
        List<Map<String, Value>> answers = new ArrayList<>(questions.size());
        questions.forEach(question -> answers.add(requireNonNull(known.get(question))));
        Map<String, Value> first = answers.get(0);
        for (Map<String, Value> answer : answers) {
            if (!fits(first, answer)) {
                return null;
            }
        }
        return Batcher.merge(answers);
    }

    private static boolean fits(Map<String, Value> a, Map<String, Value> b) {
        Set<String> names = a.keySet();
        return names.equals(b.keySet())
                && names.stream().allMatch(name -> fits(requireNonNull(a.get(name)), requireNonNull(b.get(name))));
    }

    private static boolean fits(Value a, Value b) {
        if (a instanceof Tensor one && b instanceof Tensor other) {
            return one.type() == other.type() && one.shape().equals(other.shape());
        }
        return a instanceof SequenceValue && b instanceof SequenceValue;
    }
}
