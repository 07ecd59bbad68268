package io.mlops4j.serving;

import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.OptionalSpec;
import io.mlops4j.model.Signature;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.model.VersionId;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The ensembles of a server, and what they demand of its models. A version is checked when it is loaded, so no swap brings
 * one that an ensemble cannot ask.
 *
 * <p>Immutable.
 */
final class Ensembles {
    private final List<Ensemble> all;

    Ensembles(Collection<Ensemble> all) {
        this.all = List.copyOf(all);
    }

    List<Ensemble> all() {
        return all;
    }

    NotFoundException notServed(Ensemble ensemble) {
        return new NotFoundException("Ensemble " + ensemble.name()
                + " is not served here, expected one that this server was built with: " + all);
    }

    /** Checks that every model that is asked is served. */
    void requireModels(Set<ModelName> served) {
        for (Ensemble ensemble : all) {
            for (Step step : ensemble.steps()) {
                step.model().filter(model -> !served.contains(model)).ifPresent(model -> {
                    throw new NotFoundException("Cannot serve ensemble " + ensemble.name() + ": step " + step.name()
                            + " asks model " + model + ", which is not served here, expected one of "
                            + served.stream().sorted().toList());
                });
            }
        }
    }

    /** Checks that a version takes and gives what every step that asks it is wired to. */
    void check(VersionId version, Signature signature) {
        for (Ensemble ensemble : all) {
            for (Step step : ensemble.steps()) {
                if (step.model().filter(version.model()::equals).isPresent()) {
                    checkInputs(version, signature, ensemble, step);
                    checkOutputs(version, signature, ensemble, step);
                }
            }
        }
    }

    private static void checkInputs(VersionId version, Signature signature, Ensemble ensemble, Step step) {
        for (String input : step.bindings().keySet()) {
            if (signature.input(input).isEmpty()) {
                throw rejected(
                        version, ensemble, step, "binds input " + Text.quote(input), "takes", signature.inputs());
            }
        }
        for (ValueSpec input : signature.inputs()) {
            if (!(input instanceof OptionalSpec) && !step.bindings().containsKey(input.name())) {
                throw rejected(
                        version,
                        ensemble,
                        step,
                        "leaves input " + Text.quote(input.name()) + " unbound",
                        "takes",
                        signature.inputs());
            }
        }
    }

    private static void checkOutputs(VersionId version, Signature signature, Ensemble ensemble, Step step) {
        for (String output : ensemble.taken(step)) {
            if (signature.output(output).isEmpty()) {
                throw rejected(
                        version, ensemble, step, "expects output " + Text.quote(output), "gives", signature.outputs());
            }
        }
    }

    private static RejectedModelException rejected(
            VersionId version, Ensemble ensemble, Step step, String what, String does, List<ValueSpec> specs) {
        return new RejectedModelException("Cannot serve model " + version + " in ensemble " + ensemble.name()
                + ": step "
                + step.name() + " " + what + ", the version " + does + " "
                + specs.stream().limit(32).map(spec -> Text.quote(spec.name())).toList());
    }
}
