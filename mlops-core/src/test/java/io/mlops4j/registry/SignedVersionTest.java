package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Requirement.SignedBy;
import io.mlops4j.signing.Curve;
import io.mlops4j.signing.SignatureBundle;
import io.mlops4j.signing.SigningKey;
import io.mlops4j.signing.TrustedKeys;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.Content;
import io.mlops4j.store.MemoryObjectStore;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SignedVersionTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);
    private static final ModelName RIDES = ModelName.of("rides");
    private static final Alias CHAMPION = RIDES.alias("champion");
    private static final SigningKey KEY = SigningKey.generate(Curve.P256);
    private static final SigningKey STRANGER = SigningKey.generate(Curve.P384);
    private static final TrustedKeys TRUSTED = TrustedKeys.of(KEY.verificationKey());

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final StoreRegistry registry = StoreRegistry.open(store, CLOCK);

    private ModelVersion version(String content) {
        return registry.register(Registration.of(RIDES).file("model.onnx", Content.of(content.getBytes(UTF_8))));
    }

    private void demandSignatures() {
        registry.policy(CHAMPION).demand(new SignedBy(TRUSTED)).because("guideline 7", "ana");
    }

    private void refuses(ModelVersion version, String why) {
        assertThatThrownBy(() -> registry.move(CHAMPION).to(version).because("better", "ana"))
                .isInstanceOf(PromotionRefusedException.class)
                .hasMessageContaining(why)
                .hasMessageContaining(KEY.id().toString());
        assertThat(registry.tryResolve(CHAMPION)).isEmpty();
    }

    @Test
    void sign_version_isKeptWithActorAndReason() {
        ModelVersion v1 = version("one");
        registry.edit(v1).sign(KEY).because("release 3", "ci");
        StoreRegistry other = StoreRegistry.open(store, CLOCK);
        List<SignatureBundle> signatures = other.signatures(v1.id());
        assertThat(signatures).hasSize(1);
        assertThat(signatures.get(0).verify(TRUSTED).files()).containsExactlyEntriesOf(v1.digests());
        VersionChange change = other.view().record(v1.id()).changes().get(0);
        assertThat(change.actor()).isEqualTo("ci");
        assertThat(change.reason()).isEqualTo("release 3");
    }

    @Test
    void attach_sameBundleTwice_isOneSignature() {
        ModelVersion v1 = version("one");
        SignatureBundle bundle = SignatureBundle.sign("elsewhere", v1.digests(), KEY);
        registry.edit(v1).attach(bundle).because("release", "ci");
        registry.edit(v1).attach(bundle).because("release", "ci");
        assertThat(registry.signatures(v1.id())).containsExactly(bundle);
    }

    @Test
    void attach_whatIsNoBundle_isRejectedAndNotWritten() {
        ModelVersion v1 = version("one");
        var junk = new EditRequest(v1.id(), new Endorsement("{\"mediaType\":\"x\"}"), "release", "ci");
        assertThatThrownBy(() -> registry.edit(junk)).isInstanceOf(RejectedModelException.class);
        assertThat(registry.signatures(v1.id())).isEmpty();
    }

    @Test
    void attach_oneTooMany_isRefused() {
        ModelVersion v1 = version("one");
        for (int i = 0; i < Endorsement.MAX_SIGNATURES; i++) {
            registry.edit(v1).sign(KEY).because("again", "ci");
        }
        assertThatThrownBy(() -> registry.edit(v1).sign(KEY).because("again", "ci"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected at most 64");
    }

    @Test
    void move_underSignedBy_needsASignatureOverJustTheseFiles() {
        demandSignatures();
        ModelVersion v1 = version("one");
        ModelVersion v2 = version("two");
        refuses(v1, "it has none");
        registry.edit(v1).sign(STRANGER).because("mine", "mallory");
        refuses(v1, "is not trusted");
        registry.edit(v1)
                .attach(SignatureBundle.sign("rides:1", v2.digests(), KEY))
                .because("of another", "mallory");
        refuses(v1, "has " + v1.modelFile().digest());
        registry.edit(v1).sign(KEY).because("release", "ci");
        registry.move(CHAMPION).to(v1).because("first", "ana");
        assertThat(registry.resolve(CHAMPION)).isEqualTo(v1);
    }

    @Test
    void policy_ofKeys_readsBackFromTheLogAlone() {
        demandSignatures();
        StoreRegistry other = StoreRegistry.open(store, CLOCK);
        ModelVersion v1 = version("one");
        assertThatThrownBy(() -> other.move(CHAMPION).to(v1).because("better", "ana"))
                .isInstanceOf(PromotionRefusedException.class);
        String event = new String(
                CommitLog.open(store, "registry", CLOCK).read(1).orElseThrow().event(), UTF_8);
        assertThat(event)
                .contains(KEY.id().toString())
                .contains(KEY.verificationKey().pem().lines().toList().get(1));
    }

    @Test
    void policy_whoseIdIsOfAnotherKey_isCorrupt() {
        demandSignatures();
        byte[] event =
                CommitLog.open(store, "registry", CLOCK).read(1).orElseThrow().event();
        byte[] swapped = new String(event, UTF_8)
                .replace(KEY.id().toString(), STRANGER.id().toString())
                .getBytes(UTF_8);
        var forged = new MemoryObjectStore();
        CommitLog.open(forged, "registry", CLOCK).append(CommitLog.Position.START, swapped);
        assertThatThrownBy(() -> StoreRegistry.open(forged, CLOCK))
                .isInstanceOf(io.mlops4j.CorruptionException.class)
                .hasMessageContaining("names key");
    }

    @Test
    void move_whilePolicyTightens_neverPromotesAnUnsignedVersion() throws Exception {
        for (int round = 0; round < 20; round++) {
            var fresh = new MemoryObjectStore();
            StoreRegistry one = StoreRegistry.open(fresh, CLOCK);
            StoreRegistry two = StoreRegistry.open(fresh, CLOCK);
            ModelVersion v1 =
                    one.register(Registration.of(RIDES).file("model.onnx", Content.of("one".getBytes(UTF_8))));
            var policy = CompletableFuture.runAsync(
                    () -> one.policy(CHAMPION).demand(new SignedBy(TRUSTED)).because("guideline", "ana"));
            var promotion =
                    CompletableFuture.runAsync(() -> two.move(CHAMPION).to(v1).because("quick", "bob"));
            policy.get(10, TimeUnit.SECONDS);
            try {
                promotion.get(10, TimeUnit.SECONDS);
            } catch (ExecutionException lost) {
                assertThat(lost).hasCauseInstanceOf(PromotionRefusedException.class);
            }
            RegistryView view = StoreRegistry.open(fresh, CLOCK).view();
            long since = view.policies(RIDES).get(0).commit();
            // Whoever was first in the log: a promotion after the policy would be a hole.
            assertThat(view.history(CHAMPION))
                    .allSatisfy(move -> assertThat(move.commit()).isLessThan(since));
        }
    }
}
