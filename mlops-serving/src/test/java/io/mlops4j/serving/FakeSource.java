package io.mlops4j.serving;

import io.mlops4j.NotFoundException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A source whose aliases a test moves, and which tells it of each version that is opened, on the thread that asks.
 *
 * <p>Thread-safe.
 */
final class FakeSource implements ModelSource {
    final AtomicInteger opens = new AtomicInteger();
    private final Map<Alias, VersionId> aliases = new ConcurrentHashMap<>();
    private final Function<VersionId, VerifiedModel> files;
    private volatile Consumer<VersionId> listener = version -> {};

    FakeSource(Function<VersionId, VerifiedModel> files) {
        this.files = files;
    }

    /** Models of two features whose versions answer with their number. */
    static FakeSource ofNumbers() {
        return new FakeSource(
                version -> OnnxModels.verified(version.toString(), OnnxModels.constant(2, version.number())));
    }

    FakeSource move(Alias alias, int number) {
        aliases.put(alias, alias.model().version(number));
        return this;
    }

    void whenOpened(Consumer<VersionId> hears) {
        listener = hears;
    }

    @Override
    public VersionId resolve(Alias alias) {
        VersionId version = aliases.get(alias);
        if (version == null) {
            throw new NotFoundException("no alias " + alias);
        }
        return version;
    }

    @Override
    public VersionId latest(ModelName model) {
        throw new AssertionError("not asked for");
    }

    @Override
    public VerifiedModel open(VersionId version) {
        opens.incrementAndGet();
        listener.accept(version);
        return files.apply(version);
    }
}
