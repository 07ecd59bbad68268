package io.mlops4j.registry;

import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.PassingStore;
import io.mlops4j.store.PutOutcome;
import io.mlops4j.store.StoredObject;
import java.util.Optional;

/** A store whose puts to logs, and whose reads, fail as told. */
public final class FailingStore extends PassingStore {
    public enum Failure {
        NONE,
        /** The put fails and nothing is written. */
        LOG_PUT,
        /** The put lands, but nobody can be asked about it. */
        LOG_REPLY,
        /** Nothing can be read. */
        GET
    }

    private Failure failure = Failure.NONE;

    public FailingStore(ObjectStore inner) {
        super(inner);
    }

    public void fail(Failure next) {
        failure = next;
    }

    @Override
    public PutOutcome putIfAbsent(Key key, Content content) {
        boolean log = key.value().startsWith("logs/");
        if (log && failure == Failure.LOG_PUT) {
            throw new StorageException("Cannot put " + key + ": the test said so");
        }
        PutOutcome outcome = super.putIfAbsent(key, content);
        if (log && failure == Failure.LOG_REPLY) {
            failure = Failure.GET;
            throw new OutcomeUnknownException("The reply to put " + key + " was lost");
        }
        return outcome;
    }

    @Override
    public Optional<StoredObject> get(Key key) {
        if (failure == Failure.GET) {
            throw new StorageException("Cannot get " + key + ": the test said so");
        }
        return super.get(key);
    }
}
