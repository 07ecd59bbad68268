package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Verdict;
import io.mlops4j.model.Alias;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.registry.Requirement.Approvals;
import io.mlops4j.registry.Requirement.GatePassed;
import io.mlops4j.registry.Requirement.MetricAtLeast;
import io.mlops4j.registry.Requirement.MetricAtMost;
import io.mlops4j.registry.Requirement.SignedBy;
import io.mlops4j.signing.SignatureBundle;
import io.mlops4j.signing.TrustedKeys;
import io.mlops4j.store.Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Writes every event and every field that a registry's log can hold. */
final class EveryEvent {
    private EveryEvent() {}

    static void write(ModelRegistry registry) {
        ModelName rides = ModelName.of("rides");
        ModelVersion v1 =
                registry.register(Registration.of(rides).file("model.onnx", Content.of("one".getBytes(UTF_8))));
        ModelVersion v2 = registry.register(Registration.of(rides)
                .file("model.onnx", Content.of("two".getBytes(UTF_8)))
                .file("profile.bin", Content.of("profile".getBytes(UTF_8)))
                .signature(new Signature(
                        List.of(TensorSpec.of("x", ElementType.FLOAT32, Shape.DYNAMIC, 14)),
                        List.of(
                                TensorSpec.of("label", ElementType.STRING),
                                new SequenceSpec("s", new MapSpec("m", ElementType.INT64, ElementType.FLOAT32)))))
                .provenance(Provenance.of("9f31c2e")
                        .withDataset(new DatasetRef("rides-2005", Digest.of("data".getBytes(UTF_8)), 1461))
                        .withRun("run-1")
                        .withParent(v1.id())
                        .withEnvironment(Map.of("java.version", "17")))
                .metric("rmse", 2.1)
                .metric("nan", Double.NaN)
                .tag("trigger", "drift")
                .description("A model")
                .semVer(SemVer.of(1, 2, 3))
                .idempotencyKey("trigger-17"));
        registry.move(rides.alias("champion")).to(v1).because("first model", "ana");
        registry.move(rides.alias("champion")).expecting(v1).to(v2).because("better", "pipeline");
        registry.move(rides.alias("champion")).back().because("errors doubled", "ana");
        registry.move(rides.alias("champion")).to(v2).because("it was the data", "ana");
        registry.move(rides.alias("shadow")).to(v1).because("compare", "ana");
        registry.move(rides.alias("shadow")).away().because("compared", "ana");
    }

    /** What the second version of the format added. */
    static void writeMore(ModelRegistry registry) {
        ModelName rides = ModelName.of("rides");
        Alias champion = rides.alias("champion");
        ModelVersion v3 = registry.register(Registration.of(rides)
                .file("model.onnx", Content.of("three".getBytes(UTF_8)))
                .tag("draft", "yes")
                .metric("old", 1)
                .by("eve"));
        registry.edit(v3)
                .annotate(Annotation.none()
                        .description("The third")
                        .tag("region", "west")
                        .withoutTag("draft")
                        .metric("rmse", Double.POSITIVE_INFINITY)
                        .withoutMetric("old"))
                .because("measured", "ana");
        registry.edit(v3)
                .record(
                        "fairness",
                        Verdict.pass(Evidence.none().with("gap", 0.5).with("slice", "weekends")))
                .because("audit", "job");
        registry.edit(v3)
                .record("leaks", Verdict.inconclusive(300, "too few", Evidence.none()))
                .because("audit", "job");
        registry.edit(v3)
                .record("leaks", Verdict.fail("one leak", Evidence.none()))
                .because("audit", "job");
        registry.edit(v3).attach(SignatureBundle.parse(resource("p256.sig"))).because("release", "ci");
        registry.policy(rides.alias("signed"))
                .demand(new SignedBy(TrustedKeys.parse(new String(resource("p256.pub.pem"), UTF_8))))
                .because("guideline 8", "ana");
        registry.edit(v3).approve("risk").because("fine", "bob");
        registry.edit(v3).reject("legal").because("not yet", "lea");
        registry.edit(v3).approve("ops").because("fine", "bob");
        registry.edit(v3).revoke("ops").because("on reflection", "bob");
        registry.policy(rides)
                .demand(new MetricAtLeast("rmse", Double.NEGATIVE_INFINITY))
                .because("minimum", "ana");
        registry.policy(champion)
                .demand(
                        new MetricAtMost("rmse", 2.5),
                        new GatePassed("fairness"),
                        new Approvals("risk", 2, Approvals.From.OTHERS_THAN_REGISTRANT))
                .because("guideline 7", "ana");
        registry.together()
                .move(champion, AliasChange::back)
                .move(rides.alias("shadow"), change -> change.to(v3))
                .because("swap", "ana");
        registry.move(rides.alias("shadow")).back().because("undone", "ana");
        registry.edit(v3).archive().because("superseded", "ana");
        registry.edit(v3).restore().because("not quite", "ana");
        registry.edit(v3).archive().because("superseded", "ana");
        registry.edit(v3).discard().because("space", "ana");
    }

    private static byte[] resource(String name) {
        try (InputStream in = EveryEvent.class.getResourceAsStream("/golden/signing/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
