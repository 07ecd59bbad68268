package io.mlops4j.registry;

import io.mlops4j.ConflictException;
import io.mlops4j.CorruptionException;
import io.mlops4j.model.Digest;
import io.mlops4j.store.Commit;
import io.mlops4j.store.CommitLog;
import java.time.Instant;
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
        String type = RegistryEvent.type(what, commit.event());
        if (!RegistryEvent.isKnown(type)) {
            return new RegistryChange.Other(commit.position(), commit.time(), type);
        }
        try {
            return change(RegistryEvent.read(what, type, commit.event()), commit);
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new CorruptionException("Cannot tell of " + what + ": " + e.getMessage(), e);
        }
    }

    private static RegistryChange change(RegistryEvent event, Commit commit) {
        CommitLog.Position position = commit.position();
        Instant time = commit.time();
        if (event instanceof RegistryEvent.Registered registered) {
            return new RegistryChange.Registered(
                    position, time, registered.version().toVersion(time));
        }
        if (event instanceof RegistryEvent.Moved moved) {
            List<AliasMove> moves = moved.moves().stream()
                    .map(move -> move.toMove(time, commit.number()))
                    .toList();
            return new RegistryChange.AliasesMoved(position, time, moves);
        }
        if (event instanceof RegistryEvent.Edited edited) {
            return new RegistryChange.VersionEdited(position, time, edited.toChange(time, commit.number()));
        }
        var set = (RegistryEvent.PolicySet) event;
        return new RegistryChange.PolicySet(position, time, set.toSetting(time, commit.number()));
    }
}
