package io.mlops4j.store.s3;

import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.store.PutOutcome;
import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * One object, created only if its name is free, and the outcome told rightly.
 *
 * <p>Three things can be told of the same event. The reply to a request that was carried out can get lost; who repeats
 * it is told that the name is taken, by itself. A request whose reply is late can still land after the repetition. And
 * clients and proxies on the way may repeat a request without being asked. So each create has a mark of its own, a
 * random number kept in the object's metadata, and every attempt bears the same mark and content. Whatever is unclear
 * is settled by looking whose mark is there: ours, and we won, by whichever attempt; another's, and we lost for good,
 * since no attempt of ours can land any more. If nobody's, an attempt may still be under way; sending the same again
 * does no harm. Where looking fails, or the attempts are used up while one of them may yet land, the outcome is
 * unknown, and nothing is cleaned up.
 *
 * <p>Confined to one thread at a time.
 */
abstract class ConditionalCreate {
    /** The metadata that holds the mark. */
    static final String MARK = "mlops-writer";

    final Connection connection;
    final String name;
    private final String mark = UUID.randomUUID().toString();
    private boolean mayLand;

    /** Who holds the name. */
    private enum Holder {
        WE,
        ANOTHER,
        NOBODY
    }

    ConditionalCreate(Connection connection, String name) {
        this.connection = connection;
        this.name = name;
    }

    /**
     * Sends the request that creates the object, on the condition that the name is free.
     *
     * @throws SdkException if it failed on its way, or there
     * @throws StorageException if it could not be sent whole, so that it will create nothing
     */
    abstract void send();

    /** The metadata that every attempt must give the object. */
    final Map<String, String> metadata() {
        return Map.of(MARK, mark);
    }

    /**
     * Creates the object.
     *
     * @return whether the object is ours
     * @throws StorageException if it was not created, and will not be
     * @throws OutcomeUnknownException if it may have been, or may yet be
     */
    final PutOutcome settle() {
        for (int attempt = 1; ; attempt++) {
            try {
                send();
                return PutOutcome.CREATED;
            } catch (StorageException e) {
                throw mayLand ? S3Errors.unknown(act(), connection, e) : e;
            } catch (SdkException e) {
                Failure failure = Failure.of(e);
                mayLand |= failure == Failure.UNCLEAR;
                switch (holder(failure, e)) {
                    case WE -> {
                        return PutOutcome.CREATED;
                    }
                    case ANOTHER -> {
                        return PutOutcome.EXISTS;
                    }
                    case NOBODY -> {
                        if (isFinal(failure) || !connection.retries().pause(attempt)) {
                            throw failed(e);
                        }
                    }
                }
            }
        }
    }

    private static boolean isFinal(Failure failure) {
        return failure == Failure.REFUSED || failure == Failure.ABSENT;
    }

    private Holder holder(Failure failure, SdkException reason) {
        if (!mayLand && (failure == Failure.UNSENT || failure == Failure.REFUSED)) {
            return Holder.NOBODY;
        }
        try {
            return connection
                    .retries()
                    .idempotent(() -> Requests.head(connection, name))
                    .map(head -> mark.equals(head.metadata().get(MARK)) ? Holder.WE : Holder.ANOTHER)
                    .orElse(Holder.NOBODY);
        } catch (SdkException e) {
            reason.addSuppressed(e);
            throw S3Errors.unknown(act(), connection, reason);
        }
    }

    private RuntimeException failed(SdkException e) {
        return mayLand ? S3Errors.unknown(act(), connection, e) : S3Errors.failed(act(), connection, e);
    }

    final String act() {
        return "Storing " + name;
    }
}
