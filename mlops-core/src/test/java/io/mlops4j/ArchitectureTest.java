package io.mlops4j;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The layers of the core, each importing only those before it; see docs/architecture.md. */
@AnalyzeClasses(packages = "io.mlops4j", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule LAYERS = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.mlops4j..")
            .withOptionalLayers(true)
            .layer("model")
            .definedBy("io.mlops4j.model")
            .layer("store")
            .definedBy("io.mlops4j.store")
            .layer("signing")
            .definedBy("io.mlops4j.signing")
            .layer("tracking")
            .definedBy("io.mlops4j.tracking")
            .layer("dataset")
            .definedBy("io.mlops4j.dataset")
            .layer("inference")
            .definedBy("io.mlops4j.inference")
            .layer("gate")
            .definedBy("io.mlops4j.gate")
            .layer("registry")
            .definedBy("io.mlops4j.registry")
            .layer("archive")
            .definedBy("io.mlops4j.registry.archive")
            .layer("care")
            .definedBy("io.mlops4j.care")
            .layer("card")
            .definedBy("io.mlops4j.card")
            .layer("training")
            .definedBy("io.mlops4j.training")
            .layer("pipeline")
            .definedBy("io.mlops4j.pipeline")
            .layer("workspace")
            .definedBy("io.mlops4j")
            .whereLayer("store")
            .mayOnlyBeAccessedByLayers(
                    "tracking", "dataset", "registry", "archive", "care", "pipeline", "training", "workspace")
            .whereLayer("signing")
            .mayOnlyBeAccessedByLayers("registry", "archive", "card", "pipeline", "training", "workspace")
            .whereLayer("tracking")
            .mayOnlyBeAccessedByLayers("registry", "archive", "pipeline", "training", "workspace")
            .whereLayer("dataset")
            .mayOnlyBeAccessedByLayers("registry", "pipeline", "training", "workspace")
            .whereLayer("inference")
            .mayOnlyBeAccessedByLayers("registry", "archive", "pipeline", "training", "workspace")
            .whereLayer("gate")
            .mayOnlyBeAccessedByLayers("registry", "archive", "card", "pipeline", "training", "workspace")
            .whereLayer("registry")
            .mayOnlyBeAccessedByLayers("archive", "care", "card", "pipeline", "training", "workspace")
            .whereLayer("archive")
            .mayOnlyBeAccessedByLayers("workspace")
            .whereLayer("card")
            .mayOnlyBeAccessedByLayers("workspace")
            .whereLayer("care")
            .mayOnlyBeAccessedByLayers("workspace")
            .whereLayer("pipeline")
            .mayOnlyBeAccessedByLayers("training", "workspace")
            .whereLayer("training")
            .mayOnlyBeAccessedByLayers("workspace")
            .ignoreDependency(
                    com.tngtech.archunit.base.DescribedPredicate.alwaysTrue(),
                    com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo(MlopsException.class))
            .as("model → store → signing, tracking, dataset, inference, gate → registry → archive, care, card, pipeline"
                    + " → training → Workspace");

    @ArchTest
    static final ArchRule JACKSON_STAYS_INSIDE = noClasses()
            .that()
            .resideOutsideOfPackages("io.mlops4j.internal.json")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.fasterxml.jackson..")
            .as("Jackson is used through the one mapper only, and never shows in a public signature");

    @ArchTest
    static final ArchRule NO_WALL_CLOCK = noClasses()
            .should()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .as("time comes from an injected clock");
}
