package io.mlops4j.tribuo;

import io.mlops4j.RejectedModelException;
import java.util.List;

/**
 * What an XGBoost booster computes: for each output group the base margin plus the leaves of the group's trees, then a
 * transformation that the objective names.
 *
 * <p>Confined to one thread at a time: its arrays are shared within the package.
 *
 * @param objective XGBoost's name of it, such as {@code reg:squarederror}
 * @param kind {@code gbtree} or {@code dart}
 * @param baseScore the base score in the space of predictions, as it was configured
 * @param classes the number of classes, or 0 if the objective has none
 * @param trees every leaf with one score
 * @param groupOf the output of each tree
 * @param weights what each tree counts; 1 but for DART
 */
@SuppressWarnings("ArrayRecordComponent") // A private carrier that is never compared.
record Booster(
        String objective,
        String kind,
        float baseScore,
        int classes,
        List<FlatTree> trees,
        int[] groupOf,
        float[] weights) {
    /** How margins become predictions. */
    enum Link {
        /** They are predictions already. */
        IDENTITY,
        /** Predictions are {@code e} to the power of the margin. */
        EXP,
        /** Predictions are the softmax over the groups. */
        SOFTMAX
    }

    static final String GBTREE = "gbtree";
    static final String DART = "dart";

    /** How many outputs there are. */
    int groups() {
        return Math.max(classes, 1);
    }

    boolean isDart() {
        return kind.equals(DART);
    }

    /**
     * The link of the objective: those that Tribuo's trainers set.
     *
     * @throws RejectedModelException if the objective is another; Tribuo itself misreads what the binary ones give
     */
    Link link() {
        return switch (objective) {
            case "reg:squarederror", "reg:pseudohubererror" -> Link.IDENTITY;
            case "reg:gamma", "reg:tweedie" -> Link.EXP;
            case "multi:softprob" -> Link.SOFTMAX;
            default ->
                throw new RejectedModelException(
                        "Cannot export XGBoost objective " + objective
                                + ": expected reg:squarederror, reg:pseudohubererror, reg:gamma, reg:tweedie or multi:softprob");
        };
    }

    /** The base score in the space of margins. */
    float baseMargin() {
        return link() == Link.EXP ? (float) Math.log(baseScore) : baseScore;
    }
}
