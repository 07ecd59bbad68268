package io.mlops4j.tribuo;

import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.ListProvenance;
import com.oracle.labs.mlrg.olcut.provenance.MapProvenance;
import com.oracle.labs.mlrg.olcut.provenance.ObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.PrimitiveProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.util.Pair;
import io.mlops4j.tracking.Tracker;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tribuo.Trainer;

/**
 * A trainer's configuration as the flat parameters of a run. What Tribuo nests, dots join: a forest has
 * {@code numMembers}, {@code combiner.class}, and of its trees {@code innerTrainer.class} and
 * {@code innerTrainer.maxDepth}; entries of lists are numbered from 0. {@code trainer} is the trainer's class.
 *
 * <p>Immutable.
 */
public final class TrainerParameters {
    private static final String CLASS = "class";

    private TrainerParameters() {}

    /**
     * Reads the configuration of a trainer.
     *
     * @param trainer any trainer
     * @return values by name, sorted by name, within the limits of {@link Tracker}: other characters in names become
     *     {@code _}, and longer values are cut
     */
    public static SortedMap<String, String> of(Trainer<?> trainer) {
        SortedMap<String, String> out = new TreeMap<>();
        ConfiguredObjectProvenance provenance = trainer.getProvenance();
        out.put("trainer", provenance.getClassName());
        provenance.getConfiguredParameters().forEach((name, value) -> flatten(TrackedKeys.key(name), value, out));
        return out;
    }

    private static void flatten(String key, Provenance value, Map<String, String> out) {
        if (value instanceof PrimitiveProvenance<?> primitive) {
            out.put(
                    TrackedKeys.cut(key, Tracker.MAX_KEY),
                    TrackedKeys.cut(String.valueOf(primitive.getValue()), Tracker.MAX_PARAMETER));
        } else if (value instanceof ConfiguredObjectProvenance object) {
            out.put(key + "." + CLASS, object.getClassName());
            object.getConfiguredParameters().forEach((name, inner) -> flatten(TrackedKeys.join(key, name), inner, out));
        } else if (value instanceof ObjectProvenance object) {
            for (Pair<String, Provenance> field : object) {
                flatten(TrackedKeys.join(key, field.getA()), field.getB(), out);
            }
        } else if (value instanceof MapProvenance<?> map) {
            map.getMap().forEach((name, inner) -> flatten(TrackedKeys.join(key, name), inner, out));
        } else if (value instanceof ListProvenance<?> list) {
            for (int i = 0; i < list.getList().size(); i++) {
                flatten(
                        TrackedKeys.join(key, Integer.toString(i)),
                        list.getList().get(i),
                        out);
            }
        }
    }
}
