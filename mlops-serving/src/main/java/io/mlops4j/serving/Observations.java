package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.OverloadedException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call, for those who trace it. What they throw is contained.
 *
 * <p>Confined to one thread at a time.
 */
final class Observations {
    private static final Logger LOG = LoggerFactory.getLogger(Observations.class);

    static final String OK = "ok";

    /** All there are. */
    static final List<String> OUTCOMES = List.of(OK, "rejected", "overloaded", "late", "failed");

    private final ModelName model;
    private final List<CallObserver.Observed> all = new ArrayList<>();

    private Observations(ModelName model) {
        this.model = model;
    }

    static Observations start(List<CallObserver> observers, ModelName model) {
        var observations = new Observations(model);
        for (CallObserver observer : observers) {
            try {
                observations.all.add(requireNonNull(observer.start(model), "what hears of the call"));
            } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
                observations.warn(observer, e);
            }
        }
        observations.tell(one -> one.keyValue(CallObserver.MODEL, model.value()));
        return observations;
    }

    void answered(VersionId version) {
        tell(one -> {
            one.keyValue(CallObserver.VERSION, Integer.toString(version.number()));
            one.keyValue(CallObserver.OUTCOME, OK);
        });
        tell(CallObserver.Observed::stop);
    }

    void failed(Throwable e) {
        tell(one -> {
            one.keyValue(CallObserver.OUTCOME, outcome(e));
            one.error(e);
        });
        tell(CallObserver.Observed::stop);
    }

    /** How a call ended that failed so; one of {@link #OUTCOMES}. */
    static String outcome(Throwable e) {
        if (e instanceof RejectedInputException) {
            return "rejected";
        }
        if (e instanceof OverloadedException) {
            return "overloaded";
        }
        return e instanceof DeadlineExceededException ? "late" : "failed";
    }

    private void tell(Consumer<CallObserver.Observed> what) {
        for (CallObserver.Observed one : all) {
            try {
                what.accept(one);
            } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
                warn(one, e);
            }
        }
    }

    private void warn(Object who, Throwable e) {
        // No stack trace: it would print the message as it is.
        LOG.warn(
                "Observer {} failed on a call of {}: {}: {}",
                who.getClass().getName(),
                model,
                e.getClass().getName(),
                Text.quote(String.valueOf(e.getMessage())));
    }
}
