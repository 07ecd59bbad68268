package io.mlops4j.examples.release;

import static io.mlops4j.registry.Requirement.Approvals.From.OTHERS_THAN_REGISTRANT;

import io.mlops4j.Workspace;
import io.mlops4j.card.ModelCard;
import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Verdict;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.PolicyReport;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.Requirement.Approvals;
import io.mlops4j.registry.Requirement.GatePassed;
import io.mlops4j.registry.Requirement.MetricAtMost;
import io.mlops4j.registry.Requirement.SignedBy;
import io.mlops4j.registry.archive.ArchiveExport;
import io.mlops4j.serving.ModelServer;
import io.mlops4j.signing.SigningKey;
import io.mlops4j.signing.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A release that a policy watches over, as the README shows it. */
public final class Release {
    private Release() {}

    /**
     * Releases a model.
     *
     * @param folder holds the registry, and gets the papers
     * @param onnx a model of two features
     * @param key signs it
     * @return what the server says of one row
     * @throws IOException if the papers cannot be written
     */
    public static float run(Path folder, Path onnx, SigningKey key) throws IOException {
        // README: begin
        var rides = ModelName.of("rides");
        var champion = rides.alias("champion");
        var trusted = TrustedKeys.of(key.verificationKey());
        try (var home = Workspace.open(folder.resolve("home"))) {
            var registry = home.registry();
            registry.policy(champion) // holds for every promotion from now on, by whomever
                    .demand(
                            new MetricAtMost("rmse", 2.5),
                            new GatePassed("bias"),
                            new SignedBy(trusted),
                            new Approvals("risk", 1, OTHERS_THAN_REGISTRANT))
                    .because("guideline 7", "lea");

            ModelVersion candidate = registry.register(
                    Registration.of(rides).file(onnx).metric("rmse", 2.1).by("ana"));
            registry.edit(candidate)
                    .record("bias", Verdict.pass(Evidence.none()))
                    .because("nightly", "job");
            registry.edit(candidate).sign(key).because("release", "ci");
            PolicyReport open = registry.check(champion, candidate.id()); // who is still missing?
            System.out.println(open);
            registry.edit(candidate).approve("risk").because("seen, fine", "bob");
            registry.move(champion).to(candidate).because("release 12", "ana"); // refused while anything is missing

            Files.writeString(
                    folder.resolve("card.html"),
                    ModelCard.of(registry.view(), candidate.id()).html());
            ArchiveExport.of(registry, rides).to(folder.resolve("rides.tar")); // to another house, or the safe
            System.out.println(home.care().verify()); // every digest, every chain
            try (var server =
                    ModelServer.of(registry).signedBy(trusted).serve(champion).start()) {
                return server.score(rides, new float[] {21.5f, 3.2f});
            }
        }
        // README: end
    }
}
