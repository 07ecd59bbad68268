package io.mlops4j.registry;

import io.mlops4j.ConflictException;
import io.mlops4j.CorruptionException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Digest;
import io.mlops4j.store.Commit;
import io.mlops4j.store.CommitLog;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The feed of a registry's log, read from the log itself.
 *
 * <p>Thread-safe.
 */
final class LogFeed implements RegistryFeed {
    private final CommitLog log;
    private final Supplier<CommitLog.Position> end;

    LogFeed(CommitLog log, Supplier<CommitLog.Position> end) {
        this.log = log;
        this.end = end;
    }

    @Override
    public CommitLog.Position end() {
        return end.get();
    }

    @Override
    public List<RegistryChange> after(CommitLog.Position position, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("Invalid limit " + limit + ": expected 1 or more");
        }
        List<Commit> commits;
        try {
            commits = log.read(position, limit);
        } catch (CorruptionException e) {
            requireOurs(position);
            throw e;
        }
        if (commits.isEmpty()) {
            // Whatever follows a position proves it; nothing does.
            requireOurs(position);
        }
        return commits.stream().map(LogFeed::change).toList();
    }

    private void requireOurs(CommitLog.Position position) {
        Optional<Digest> there = position.number() == 0
                ? Optional.of(CommitLog.Position.START.hash())
                : log.read(position.number()).map(commit -> commit.position().hash());
        if (!there.equals(Optional.of(position.hash()))) {
            throw new ConflictException("Cannot read on after commit " + position + " of log " + log.name() + ": "
                    + there.map(hash -> "that commit has " + hash).orElse("there is no such commit")
                    + ", so it is not the log that was read before; begin at its start");
        }
    }

    private static RegistryChange change(Commit commit) {
        String what = "commit " + commit.number() + " of the registry's log";
        String type = String.valueOf(
                Json.read(what, commit.event(), RegistryEvent.Typed.class).type());
        try {
            return switch (type) {
                case RegistryEvent.Registered.TYPE -> registered(what, commit);
                case RegistryEvent.Moved.TYPE -> moved(what, commit);
                default -> new RegistryChange.Other(commit.position(), commit.time(), type);
            };
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new CorruptionException("Cannot tell of " + what + ": " + e.getMessage(), e);
        }
    }

    private static RegistryChange registered(String what, Commit commit) {
        var event = Json.read(what, commit.event(), RegistryEvent.Registered.class);
        return new RegistryChange.Registered(
                commit.position(), commit.time(), event.version().toVersion(commit.time()));
    }

    private static RegistryChange moved(String what, Commit commit) {
        var event = Json.read(what, commit.event(), RegistryEvent.Moved.class);
        List<AliasMove> moves = event.moves().stream()
                .map(move -> move.toMove(commit.time(), commit.number()))
                .toList();
        return new RegistryChange.AliasesMoved(commit.position(), commit.time(), moves);
    }
}
