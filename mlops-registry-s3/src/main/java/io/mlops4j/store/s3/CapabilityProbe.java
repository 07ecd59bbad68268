package io.mlops4j.store.s3;

import io.mlops4j.StorageException;
import io.mlops4j.store.Content;
import io.mlops4j.store.Prefix;
import io.mlops4j.store.PutOutcome;
import java.util.UUID;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Finds out whether a server creates objects only if they are absent. Some ignore the condition and answer that all
 * went well; a log kept there would lose commits without a word. Two creates of one name must give one success, sent
 * in one request as well as in parts. Each probe has a name of its own, so that any number can go on at a time; no key
 * can have it, since its first segment begins with a dot.
 *
 * <p>Confined to one thread at a time.
 */
final class CapabilityProbe {
    private static final byte[] ONE = {1};
    private static final byte[] TWO = {2};

    private final Connection connection;
    private final String name;

    CapabilityProbe(Connection connection, Prefix root) {
        this.connection = connection;
        name = root + ".probe/" + UUID.randomUUID();
    }

    void run() {
        try {
            if (new SmallPut(connection, name, ONE).settle() != PutOutcome.CREATED) {
                throw refused("it does not keep the metadata of objects (" + ConditionalCreate.MARK
                        + "), by which a writer knows its own");
            }
            require("PutObject", new SmallPut(connection, name, TWO).settle());
            var sizes = new PartSizes(0, TWO.length, 1);
            require("CompleteMultipartUpload", new LargePut(connection, name, Content.of(TWO), sizes).put());
        } finally {
            discard();
        }
    }

    private void require(String operation, PutOutcome second) {
        if (second != PutOutcome.EXISTS) {
            throw refused("it ignores the condition If-None-Match: * of " + operation
                    + ", so that writers would overwrite each other; expected 412");
        }
    }

    private StorageException refused(String reason) {
        return new StorageException("Cannot use " + connection.where() + " as a store: " + reason);
    }

    private void discard() {
        try {
            connection.retries().idempotent(() -> connection
                    .client()
                    .deleteObject(request -> request.bucket(connection.bucket()).key(name)));
        } catch (SdkException e) {
            // One byte stays, which nobody sees; credentials that may not delete are good practice.
        }
    }
}
