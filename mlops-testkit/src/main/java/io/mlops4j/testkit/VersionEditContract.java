package io.mlops4j.testkit;

import static io.mlops4j.registry.RegistryCapability.ANNOTATIONS;
import static io.mlops4j.registry.RegistryCapability.LIFECYCLE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Annotation;
import io.mlops4j.registry.Lifecycle;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.PromotionRefusedException;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.VersionChange;
import io.mlops4j.registry.VersionRecord;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a {@link ModelRegistry} promises of what is said of a version later. */
abstract class VersionEditContract extends AliasListenerContract {
    @Test
    void annotate_changesTheRecordAndNotTheVersion() {
        ModelRegistry registry = open();
        assume(registry, ANNOTATIONS);
        ModelVersion v1 = registry.register(wish(RIDES, "a")
                .metric("rmse", 2.1)
                .tag("draft", "yes")
                .tag("region", "east")
                .description("first"));
        clock.advance(Duration.ofHours(1));

        registry.edit(v1)
                .annotate(Annotation.none()
                        .description("Größe \uD83D\uDE80\n")
                        .tag("region", "west")
                        .withoutTag("draft")
                        .metric("auc", Double.NaN)
                        .withoutMetric("nothing"))
                .because("measured again", "ana");

        VersionRecord read = open().record(v1.id());
        assertThat(read.version()).isEqualTo(v1);
        assertThat(read.version().digest()).isEqualTo(v1.digest());
        assertThat(read.description()).isEqualTo("Größe \uD83D\uDE80\n");
        assertThat(read.tags()).hasSize(1).containsEntry("region", "west");
        assertThat(read.metrics()).hasSize(2).containsEntry("rmse", 2.1).containsEntry("auc", Double.NaN);
        VersionChange change = read.changes().get(0);
        assertThat(change.reason()).isEqualTo("measured again");
        assertThat(change.actor()).isEqualTo("ana");
        assertThat(change.time()).isEqualTo(START.plus(Duration.ofHours(1)));
    }

    @Test
    void annotate_repeated_isRecordedOnce() {
        ModelRegistry registry = open();
        assume(registry, ANNOTATIONS);
        ModelVersion v1 = register(registry, 1);
        Annotation annotation = Annotation.none().metric("auc", 0.9).tag("a", "b");

        registry.edit(v1).annotate(annotation).because("measured", "ana");
        VersionRecord again = open().edit(v1).annotate(annotation).because("measured", "ana");

        assertThat(again.changes()).hasSize(1);
    }

    @Test
    void annotate_unknownVersionTooMuchOrNoReason_isRefused() {
        ModelRegistry registry = open();
        assume(registry, ANNOTATIONS);
        ModelVersion v1 = register(registry, 1);
        Annotation tag = Annotation.none().tag("a", "b");

        assertThatThrownBy(() -> registry.edit(RIDES.version(9)).annotate(tag).because("x", "ana"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("rides:9");
        assertThatThrownBy(() -> registry.edit(v1).annotate(tag).because(" ", "ana"))
                .isInstanceOf(IllegalArgumentException.class);
        Annotation most = Annotation.none();
        for (int i = 0; i < Registration.MAX_ENTRIES; i++) {
            most = most.tag("k" + i, "v");
        }
        registry.edit(v1).annotate(most).because("many", "ana");
        assertThatThrownBy(() -> registry.edit(v1).annotate(tag).because("one more", "ana"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1001");
        assertThat(registry.record(v1.id()).tags()).hasSize(Registration.MAX_ENTRIES);
    }

    @Test
    void archive_hidesAndHoldsBackUntilRestored() {
        ModelRegistry registry = open();
        assume(registry, LIFECYCLE);
        ModelVersion v1 = register(registry, 1);

        VersionRecord archived = registry.edit(v1).archive().because("superseded", "ana");

        assertThat(archived.lifecycle()).isEqualTo(Lifecycle.ARCHIVED);
        assertThatThrownBy(() -> open().move(CHAMPION).to(v1).because("x", "ana"))
                .isInstanceOf(PromotionRefusedException.class)
                .hasMessageContaining("rides:1")
                .hasMessageContaining("ARCHIVED");
        assertThat(registry.version(v1.id())).isEqualTo(v1);
        assertThat(registry.bytes(v1.id(), "model.onnx", 100)).asString(UTF_8).isEqualTo("model 1");

        open().edit(v1).restore().because("still good", "bob");
        assertThat(registry.move(CHAMPION).to(v1).because("back in use", "bob").to())
                .contains(v1.id());
        assertThat(registry.record(v1.id()).lifecycleChange().orElseThrow().actor())
                .isEqualTo("bob");
    }

    @Test
    void archive_whereAnAliasPoints_isRefused() {
        ModelRegistry registry = open();
        assume(registry, LIFECYCLE);
        ModelVersion v1 = register(registry, 1);
        registry.move(CHAMPION).to(v1).because("first", "ana");

        assertThatThrownBy(() -> registry.edit(v1).archive().because("superseded", "ana"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("rides@champion");
        registry.move(CHAMPION).away().because("no longer", "ana");
        assertThat(registry.edit(v1).archive().because("superseded", "ana").lifecycle())
                .isEqualTo(Lifecycle.ARCHIVED);
        assertThatThrownBy(() -> registry.move(CHAMPION).back().because("again", "ana"))
                .isInstanceOf(PromotionRefusedException.class);
    }

    @Test
    void discard_onlyArchived_keepsTheManifestAndGivesNoFiles() {
        ModelRegistry registry = open();
        assume(registry, LIFECYCLE);
        ModelVersion v1 = register(registry, 1);

        assertThatThrownBy(() -> registry.edit(v1).discard().because("space", "ana"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("ACTIVE");
        registry.edit(v1).archive().because("superseded", "ana");
        registry.edit(v1).discard().because("space", "eve");

        ModelRegistry other = open();
        assertThat(other.refresh().discarded()).containsExactly(v1.id());
        assertThat(other.version(v1.id())).isEqualTo(v1);
        assertThatThrownBy(() -> other.bytes(v1.id(), "model.onnx", 100))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("discarded")
                .hasMessageContaining("eve");
        assertThatThrownBy(() -> other.open(v1.id(), "model.onnx")).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> other.edit(v1).restore().because("oops", "ana"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("DISCARDED");
        assertThatThrownBy(() -> other.edit(v1).archive().because("oops", "ana"))
                .isInstanceOf(ConflictException.class);
    }

    @Test
    void lifecycle_repeated_isRecordedOnce() {
        ModelRegistry registry = open();
        assume(registry, LIFECYCLE);
        ModelVersion v1 = register(registry, 1);

        assertThat(registry.edit(v1).restore().because("already", "ana").changes())
                .isEmpty();
        registry.edit(v1).archive().because("superseded", "ana");
        assertThat(open().edit(v1).archive().because("superseded", "ana").changes())
                .hasSize(1);
    }
}
