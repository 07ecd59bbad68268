package io.mlops4j.testkit;

import static io.mlops4j.registry.RegistryCapability.ANNOTATIONS;
import static io.mlops4j.registry.RegistryCapability.LIFECYCLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.NotFoundException;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.SemVer;
import io.mlops4j.registry.Annotation;
import io.mlops4j.registry.Lifecycle;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionOrder;
import io.mlops4j.registry.VersionQuery;
import io.mlops4j.tracking.RunQuery.Direction;
import io.mlops4j.tracking.RunQuery.Op;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a {@link ModelRegistry} promises of searches over versions. */
abstract class VersionSearchContract extends PolicyContract {
    private static final ModelName TAXIS = ModelName.of("taxis");
    private static final Digest DATA = Digest.of(new byte[] {7});

    /** rides:1 to rides:3 in a line, and taxis:1, one a day. */
    private ModelRegistry filled() {
        ModelRegistry registry = open();
        ModelVersion v1 = registry.register(wish(RIDES, "1")
                .metric("rmse", 3)
                .tag("region", "west")
                .semVer(SemVer.of(1, 10, 0))
                .provenance(Provenance.unknown().withDataset(new DatasetRef("march", DATA, 10))));
        clock.advance(Duration.ofDays(1));
        ModelVersion v2 = registry.register(wish(RIDES, "2")
                .metric("rmse", 2)
                .tag("region", "east")
                .semVer(SemVer.of(1, 9, 0))
                .provenance(Provenance.unknown().withParent(v1.id()).withRun("run-2")));
        clock.advance(Duration.ofDays(1));
        registry.register(wish(RIDES, "3")
                .metric("rmse", Double.NaN)
                .provenance(Provenance.unknown().withParent(v2.id())));
        clock.advance(Duration.ofDays(1));
        registry.register(wish(TAXIS, "1").tag("region", "west"));
        return registry;
    }

    private static List<String> ids(ModelRegistry registry, VersionQuery query) {
        return registry.find(query).stream()
                .map(version -> version.id().toString())
                .toList();
    }

    @Test
    void find_byWhatAVersionIs() {
        filled();
        ModelRegistry registry = open();

        assertThat(ids(registry, VersionQuery.all())).containsExactly("taxis:1", "rides:3", "rides:2", "rides:1");
        assertThat(ids(registry, VersionQuery.of(TAXIS))).containsExactly("taxis:1");
        assertThat(ids(registry, VersionQuery.all().withTag("region", "west"))).containsExactly("taxis:1", "rides:1");
        assertThat(ids(registry, VersionQuery.all().withTag("region", "west").withMetric("rmse", Op.ABOVE, 2)))
                .containsExactly("rides:1");
        assertThat(ids(registry, VersionQuery.all().withMetric("rmse", Op.AT_MOST, 2)))
                .containsExactly("rides:2");
        assertThat(ids(registry, VersionQuery.all().withSemVer(Op.AT_LEAST, SemVer.of(1, 9, 1))))
                .containsExactly("rides:1");
        assertThat(ids(registry, VersionQuery.all().trainedOn("march"))).containsExactly("rides:1");
        assertThat(ids(registry, VersionQuery.all().trainedOn(DATA))).containsExactly("rides:1");
        assertThat(ids(registry, VersionQuery.all().fromRun("run-2"))).containsExactly("rides:2");
        assertThat(ids(
                        registry,
                        VersionQuery.all().registered(START.plus(Duration.ofDays(1)), START.plus(Duration.ofDays(2)))))
                .containsExactly("rides:2");
    }

    @Test
    void find_byLineageAndAlias() {
        ModelRegistry registry = filled();
        registry.move(CHAMPION).to(RIDES.version(2)).because("best", "ana");
        registry.move(TAXIS.alias("champion")).to(TAXIS.version(1)).because("only", "ana");

        assertThat(ids(registry, VersionQuery.all().descendingFrom(RIDES.version(1))))
                .containsExactly("rides:3", "rides:2");
        assertThat(ids(registry, VersionQuery.all().aliased("champion"))).containsExactly("taxis:1", "rides:2");
        assertThat(ids(registry, VersionQuery.of(RIDES).aliased("nobody"))).isEmpty();
        assertThatThrownBy(() -> registry.find(VersionQuery.all().descendingFrom(RIDES.version(9))))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void find_ordersAndLimits() {
        ModelRegistry registry = filled();

        assertThat(ids(registry, VersionQuery.all().lowestFirst("rmse")))
                .containsExactly("rides:2", "rides:1", "rides:3", "taxis:1");
        assertThat(ids(registry, VersionQuery.all().highestFirst("rmse").limit(2)))
                .containsExactly("rides:1", "rides:2");
        assertThat(ids(registry, VersionQuery.of(RIDES).orderedBy(new VersionOrder.BySemVer(Direction.DESCENDING))))
                .containsExactly("rides:1", "rides:2", "rides:3");
        assertThat(ids(
                        registry,
                        VersionQuery.all()
                                .orderedBy(new VersionOrder.ByTime(Direction.ASCENDING))
                                .limit(1)))
                .containsExactly("rides:1");
        assertThatThrownBy(() -> VersionQuery.all().limit(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void find_passesOverArchivedUnlessAsked() {
        ModelRegistry registry = filled();
        assume(registry, LIFECYCLE);
        registry.edit(RIDES.version(1)).archive().because("old", "ana");
        registry.edit(RIDES.version(2)).archive().because("old", "ana");
        registry.edit(RIDES.version(2)).discard().because("space", "ana");

        assertThat(ids(registry, VersionQuery.of(RIDES))).containsExactly("rides:3");
        assertThat(ids(registry, VersionQuery.of(RIDES).withLifecycle(Lifecycle.ARCHIVED)))
                .containsExactly("rides:1");
        assertThat(ids(registry, VersionQuery.of(RIDES).withLifecycle(Lifecycle.ACTIVE, Lifecycle.DISCARDED)))
                .containsExactly("rides:3", "rides:2");
    }

    @Test
    void find_looksAtWhatWasAnnotated() {
        ModelRegistry registry = filled();
        assume(registry, ANNOTATIONS);
        registry.edit(RIDES.version(3))
                .annotate(Annotation.none().metric("rmse", 1).tag("region", "west"))
                .because("measured", "ana");

        assertThat(ids(registry, VersionQuery.all().withTag("region", "west").lowestFirst("rmse")))
                .containsExactly("rides:3", "rides:1", "taxis:1");
    }
}
