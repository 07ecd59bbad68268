package io.mlops4j.serving;

import io.mlops4j.NotFoundException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the requests to one model go to: a version by each policy; {@code current} is that of the first, or the file that is
 * served.
 *
 * <p>A request that names a policy reads one snapshot of them all, so a version that one policy hands to another is not
 * missed in between.
 *
 * <p>Read by any thread; changed by one at a time.
 */
final class Targets {
    private final ModelName name;
    private final List<VersionPolicy> policies;

    private volatile @Nullable Served current;

    private volatile Map<VersionPolicy, Served> byPolicy = Map.of();

    /**
     * Points at nothing yet.
     *
     * @param policies those of the model; the first is for requests that name none; empty if a file is served
     */
    Targets(ModelName name, List<VersionPolicy> policies) {
        this.name = name;
        this.policies = policies;
    }

    /**
     * Where requests go that name no policy.
     *
     * @return null before the first version is there, when nobody can ask yet, and when the server is closed
     */
    @Nullable Served current() {
        return current;
    }

    /** The loading that a request means; may be retired when it is looked at. */
    Served meant(Request request) {
        VersionPolicy policy = request.policy().orElse(null);
        if (policy != null) {
            return meant(policy);
        }
        Served served = current;
        if (served == null) {
            throw closed();
        }
        return served;
    }

    private Served meant(VersionPolicy policy) {
        Served served = of(policy);
        if (served != null) {
            return served;
        }
        if (current == null) {
            throw closed();
        }
        throw new NotFoundException("Cannot answer a request to model " + name + " by " + policy
                + ": it is not served here, expected one of " + versions()
                + (policies.isEmpty() ? "" : " or of " + policies));
    }

    IllegalStateException closed() {
        return new IllegalStateException("Cannot ask model " + name + ": the server is closed");
    }

    /** Where requests by a policy go, or null; a pinned version is one that any policy points at. */
    @Nullable Served of(VersionPolicy policy) {
        return policy instanceof VersionPolicy.Pinned pinned ? of(pinned.version()) : byPolicy.get(policy);
    }

    /** The loading of a version that requests go to, if there is one. */
    @Nullable Served of(VersionId version) {
        for (Served served : all()) {
            if (served.version().equals(version)) {
                return served;
            }
        }
        return null;
    }

    /** What requests go to, as of one moment. */
    Collection<Served> all() {
        if (!policies.isEmpty()) {
            return byPolicy.values();
        }
        Served file = current;
        return file == null ? List.of() : List.of(file);
    }

    /** The versions that requests go to. */
    SortedSet<VersionId> versions() {
        SortedSet<VersionId> all = new TreeSet<>();
        all().forEach(served -> all.add(served.version()));
        return all;
    }

    /** What a policy points at itself: a pinned version may be meant before it does. */
    @Nullable Served at(VersionPolicy policy) {
        return byPolicy.get(policy);
    }

    /** Sends requests by a policy to a version. */
    void point(VersionPolicy policy, Served next) {
        Map<VersionPolicy, Served> pointers = new HashMap<>(byPolicy);
        pointers.put(policy, next);
        point(pointers);
    }

    /** Sends requests to a file; gives the one they went to before. */
    @Nullable Served point(Served file) {
        Served before = current;
        current = file;
        return before;
    }

    /** Sends requests that went to one loading to another. */
    void replace(Served before, Served next) {
        if (policies.isEmpty()) {
            current = next;
            return;
        }
        Map<VersionPolicy, Served> pointers = new HashMap<>(byPolicy);
        pointers.replaceAll((policy, served) -> served == before ? next : served);
        point(pointers);
    }

    private void point(Map<VersionPolicy, Served> pointers) {
        byPolicy = Map.copyOf(pointers);
        current = byPolicy.get(policies.get(0));
    }

    /** Sends requests nowhere, for ever. */
    void close() {
        current = null;
        byPolicy = Map.of();
    }
}
