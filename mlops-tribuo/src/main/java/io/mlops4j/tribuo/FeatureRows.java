package io.mlops4j.tribuo;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.Model;
import org.tribuo.common.tree.TreeModel;
import org.tribuo.ensemble.EnsembleModel;

/**
 * Turns Tribuo's sparse examples into the dense rows that a model's exported form takes.
 *
 * <p>Immutable.
 */
final class FeatureRows {
    private final ImmutableFeatureMap map;
    private final float absent;

    FeatureRows(Model<?> model) {
        this.map = model.getFeatureIDMap();
        this.absent = readsAbsent(model) ? Float.NaN : 0;
    }

    /** Whether every part of a model has a branch for absent features, which is to say that it consists of trees. */
    static boolean readsAbsent(Model<?> model) {
        return model instanceof TreeModel<?>
                || model.getClass().getName().equals(GraphWriter.XGBOOST)
                || (model instanceof EnsembleModel<?> ensemble
                        && ensemble.getModels().stream().allMatch(FeatureRows::readsAbsent));
    }

    List<String> names() {
        return IntStream.range(0, map.size())
                .mapToObj(id -> map.get(id).getName())
                .toList();
    }

    /** What stands for an absent feature: NaN or 0. */
    float absent() {
        return absent;
    }

    /** Features that the model does not know are left out, and those that share an id are added up, as Tribuo does. */
    float[] rowOf(Example<?> example) {
        float[] row = new float[map.size()];
        Arrays.fill(row, absent);
        boolean[] seen = new boolean[row.length];
        for (Feature feature : example) {
            int id = map.getID(feature.getName());
            if (id >= 0) {
                row[id] = (float) (seen[id] ? row[id] + feature.getValue() : feature.getValue());
                seen[id] = true;
            }
        }
        return row;
    }
}
