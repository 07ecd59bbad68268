package io.mlops4j.serving.onnx;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns native things and frees each exactly once, the newest first: what was made later may use what was made before.
 *
 * <p>Thread-safe.
 */
final class NativeResources implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NativeResources.class);

    @GuardedBy("this") private final Deque<AutoCloseable> owned = new ArrayDeque<>();

    synchronized <T extends AutoCloseable> T own(T resource) {
        owned.push(resource);
        return resource;
    }

    private synchronized Deque<AutoCloseable> takeAll() {
        Deque<AutoCloseable> taken = new ArrayDeque<>(owned);
        owned.clear();
        return taken;
    }

    @Override
    public void close() {
        // Outside the lock: freeing calls native code.
        for (AutoCloseable resource : takeAll()) {
            try {
                resource.close();
            } catch (Exception e) {
                LOG.warn("Cannot free a native {}", resource.getClass().getSimpleName(), e);
            }
        }
    }
}
