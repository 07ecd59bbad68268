package io.mlops4j.examples.ridership;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * What the loop is measured against, on the same days: a model that is never retrained, one that is retrained on a fixed
 * schedule just as often as the loop retrained, yesterday's habit and a static ridge. None of them sees more than the
 * loop could on the same morning.
 */
final class Rivals {
    private Rivals() {}

    /**
     * Predicts the same days in other ways.
     *
     * @param data the data
     * @param settings from when to when
     * @param retrains how often the loop retrained
     * @return never retrained, fixed schedule, value of a fortnight ago, static ridge
     */
    static List<Errors> of(RideData data, LoopSettings settings, int retrains) {
        List<RideDay> days = data.between(settings.start(), settings.end());
        List<RideDay> first = trainingOn(settings.start(), data);
        StaticRidge ridge = StaticRidge.fit(first);
        return List.of(
                retrained("never retrained", 0, data, days, settings),
                retrained("fixed schedule, " + retrains + " retrains", retrains, data, days, settings),
                Errors.of("value " + RideDay.LAG_DAYS + " days ago", days, day -> day.lagged()
                        .get(0)),
                Errors.of("static ridge", days, ridge::predict));
    }

    /** Retrained at even distances, on all that is known on the morning; no days are held out. */
    private static Errors retrained(
            String name, int retrains, RideData data, List<RideDay> days, LoopSettings settings) {
        var trainer = new RideTrainer(settings.seed());
        List<LocalDate> dates = new ArrayList<>();
        List<Double> errors = new ArrayList<>();
        for (int period = 0; period <= retrains; period++) {
            List<RideDay> part = days.subList((int) ((long) period * days.size() / (retrains + 1)), (int)
                    ((long) (period + 1) * days.size() / (retrains + 1)));
            byte[] onnx = trainer.train(trainingOn(part.get(0).date(), data)).onnx();
            try (LoadedRides model = LoadedRides.of(onnx)) {
                Errors those = Errors.of(name, part, model::predict);
                dates.addAll(those.days());
                errors.addAll(those.errors());
            }
        }
        return new Errors(name, dates, errors);
    }

    private static List<RideDay> trainingOn(LocalDate morning, RideData data) {
        LocalDate newest = morning.minusDays(RideDay.LAG_DAYS);
        return data.between(newest.minusDays(LoopSettings.TRAINING_DAYS - 1L), newest.plusDays(1));
    }
}
