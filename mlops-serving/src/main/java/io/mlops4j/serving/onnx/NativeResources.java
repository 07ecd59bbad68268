package io.mlops4j.serving.onnx;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns native things and frees each exactly once, the newest first: what was made later may use what was made before.
 *
 * <p>Confined to one thread at a time.
 */
final class NativeResources implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NativeResources.class);

    private final List<AutoCloseable> owned = new ArrayList<>(4);

    <T extends AutoCloseable> T own(T resource) {
        owned.add(resource);
        return resource;
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            AutoCloseable newest = owned.remove(owned.size() - 1);
            try {
                newest.close();
            } catch (Exception e) {
                LOG.warn("Cannot free a native {}", newest.getClass().getSimpleName(), e);
            }
        }
    }
}
