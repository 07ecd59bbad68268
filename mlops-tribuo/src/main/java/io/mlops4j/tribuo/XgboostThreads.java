package io.mlops4j.tribuo;

import org.tribuo.Model;
import org.tribuo.common.xgboost.XGBoostModel;

/**
 * Keeps XGBoost's predictions on the thread that asks for them. A loaded booster would take every core for each row, and wait
 * for cores that the host uses otherwise.
 *
 * <p>Immutable.
 */
final class XgboostThreads {
    private XgboostThreads() {}

    static void one(Model<?> model) {
        if (model instanceof XGBoostModel<?> booster) {
            booster.setNumThreads(1);
        }
    }
}
