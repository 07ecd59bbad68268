package io.mlops4j.care;

import io.mlops4j.CorruptionException;
import io.mlops4j.StorageException;
import io.mlops4j.model.Digest;
import io.mlops4j.store.Commit;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.Key;
import io.mlops4j.store.ObjectStore;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads every commit of every log of a store once, and checks the chains. It holds one commit at a time, and goes on
 * behind a broken one.
 *
 * <p>Confined to one thread.
 */
final class LogWalk {
    /*
     * Keys come in order, so that the commits of a log come one after the other, except that a log named "a/0" lies
     * amid those of a log named "a". So the logs that may go on form a stack, each the parent folder of the next.
     */
    private final ObjectStore store;
    private final Clock clock;
    private final Visitor visitor;
    private final Deque<Chain> stack = new ArrayDeque<>();

    LogWalk(ObjectStore store, Clock clock, Visitor visitor) {
        this.store = store;
        this.clock = clock;
        this.visitor = visitor;
    }

    /** Gets what the walk meets. */
    interface Visitor {
        /** A commit that is whole in itself. */
        void commit(String log, Commit commit);

        void finding(Finding finding);

        /** A key was looked at. */
        void done();
    }

    void run() {
        KeyWalk.each(store, Room.LOGS.prefix(), key -> {
            Room.LOGS
                    .place(key)
                    .ifPresentOrElse(
                            place -> chain(place.log()).reach(place.number()),
                            () -> visitor.finding(Finding.of(
                                    Finding.Kind.FOREIGN_KEY, key, "the number of a commit", "another name")));
            visitor.done();
        });
    }

    private Chain chain(String log) {
        while (!stack.isEmpty() && !(log + "/").startsWith(stack.peek().folder())) {
            stack.pop();
        }
        if (stack.isEmpty() || !stack.peek().folder().equals(log + "/")) {
            stack.push(new Chain(CommitLog.open(store, log, clock)));
        }
        return stack.element();
    }

    /** One log, up to where it was read. */
    private final class Chain {
        private final CommitLog log;
        private long number;
        /** The hash of the last commit; unknown behind one that is missing or broken, which was reported. */
        private Optional<Digest> hash = Optional.of(CommitLog.Position.START.hash());

        Chain(CommitLog log) {
            this.log = log;
        }

        String folder() {
            return log.name() + "/";
        }

        /** Reads up to a commit that was listed; those before it may have been written after the listing began. */
        void reach(long listed) {
            while (number < listed) {
                if (!read(number + 1)) {
                    long last = Math.max(number + 1, listed - 1);
                    missing(number + 1, last);
                    number = last;
                    hash = Optional.empty();
                }
            }
        }

        private void missing(long first, long last) {
            String which = first == last ? "commit " + first : "commits " + first + " to " + last;
            visitor.finding(
                    Finding.of(Finding.Kind.MISSING_COMMIT, key(first), which + " of log " + log.name(), "no object"));
        }

        /** Reads the next commit, if it is there. */
        private boolean read(long next) {
            Optional<Commit> commit;
            try {
                commit = log.read(next);
            } catch (CorruptionException | StorageException e) {
                broken(next, e);
                return true;
            }
            commit.ifPresent(this::follow);
            return commit.isPresent();
        }

        private void broken(long next, RuntimeException e) {
            Finding.Kind kind =
                    e instanceof CorruptionException ? Finding.Kind.CORRUPT_COMMIT : Finding.Kind.UNREADABLE;
            String message = String.valueOf(e.getMessage());
            visitor.finding(Finding.of(kind, key(next), "commit " + next + " of log " + log.name(), message));
            number = next;
            hash = Optional.empty();
        }

        private void follow(Commit commit) {
            hash.filter(before -> !before.equals(commit.previous()))
                    .ifPresent(before -> visitor.finding(Finding.of(
                            Finding.Kind.BROKEN_CHAIN,
                            key(commit.number()),
                            "the hash of commit " + number + " of log " + log.name() + ", " + before,
                            commit.previous().toString())));
            number = commit.number();
            hash = Optional.of(commit.position().hash());
            visitor.commit(log.name(), commit);
        }

        private Key key(long of) {
            return Key.of("logs", log.name(), String.format(Locale.ROOT, "%020d", of));
        }
    }
}
