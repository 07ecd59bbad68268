package io.mlops4j.benchmarks;

import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.Content;
import io.mlops4j.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;

/** A registry as a company has one after some years: a hundred models, each with its share of versions. */
final class Catalogue {
    static final int MODELS = 100;

    private Catalogue() {}

    static ModelName model(int i) {
        return ModelName.of("model-" + i % MODELS);
    }

    /** Registers versions with signature, metrics, tags and provenance, and points an alias at the last of each model. */
    static void fill(ObjectStore store, int versions) {
        StoreRegistry registry = StoreRegistry.open(store, Clock.systemUTC());
        var signature = new Signature(
                List.of(new TensorSpec("features", ElementType.FLOAT32, Shape.of(Shape.DYNAMIC, 30))),
                List.of(new TensorSpec("score", ElementType.FLOAT32, Shape.of(Shape.DYNAMIC, 1))));
        for (int i = 0; i < versions; i++) {
            byte[] bytes = ("weights " + i % 500).getBytes(StandardCharsets.UTF_8);
            var provenance = Provenance.of("0123456789abcdef0123456789abcdef01234567")
                    .withDataset(new DatasetRef("rides", Digest.of(bytes), 5_698));
            registry.register(Registration.of(model(i))
                    .file(ModelVersion.MODEL_FILE, Content.of(bytes))
                    .signature(signature)
                    .metric("rmse", 1.0 + i)
                    .metric("mae", 0.5 + i)
                    .tag("stage", "nightly")
                    .description("Trained in the night of day " + i)
                    .provenance(provenance));
        }
        for (int i = 0; i < Math.min(MODELS, versions); i++) {
            registry.move(model(i).alias("champion"))
                    .to(model(i).version(registry.versions(model(i)).size()))
                    .because("the last one", "jmh");
        }
    }
}
