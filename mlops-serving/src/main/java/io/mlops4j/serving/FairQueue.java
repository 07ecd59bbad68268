package io.mlops4j.serving;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * What waits for a model: a lane for each priority; in a lane, a chain of tickets for each tenant, first come first.
 *
 *  - Within a lane the tenant with the least virtual time goes first. Taking a ticket adds its rows, divided by the
 *    tenant's weight, to the tenant's time. A tenant that comes back begins no earlier than the time of who was served
 *    last: idling earns nothing (start-time fair queueing: Goyal, Vin and Cheng, 1996).
 *  - Tenants with a weight have a place of their own from the start, and for good. Of the others one that is idle and whose
 *    time is not ahead tells nothing that a new one would not; such are forgotten when there are too many. If none can be
 *    forgotten, newcomers share one place.
 *  - Tickets are linked into their chains, so that one from the middle leaves at no cost.
 */
/**
 * A queue that is fair between tenants and strict between priorities.
 *
 * <p>Confined to one thread at a time.
 */
@SuppressWarnings("EnumOrdinal") // lanes and chains stand in the order of the priorities, in this class alone
final class FairQueue {
    private static final int MOST_TENANTS = 64;

    /** How far into a chain to look for a ticket that fits; chains of mixed shapes are not scanned for ever. */
    private static final int LOOK = 64;

    private final Map<String, Double> weights;
    private final Map<String, Tenant> tenants = new HashMap<>();

    /** The place of those that have none. */
    private final Tenant others = new Tenant(1);

    private final List<List<Tenant>> lanes = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    private double time;
    private int rows;
    private long bytes;
    private int tickets;

    FairQueue(Map<String, Double> weights) {
        this.weights = weights;
        weights.forEach((name, weight) -> tenants.put(name, new Tenant(weight)));
    }

    /** One tenant's tickets, and how much of the model's time it had. */
    static final class Tenant {
        private final double weight;
        private final Chain[] chains = {new Chain(), new Chain(), new Chain()};
        private double time;
        private int rows;

        Tenant(double weight) {
            this.weight = weight;
        }

        /** How much waits of it, of all priorities, beside its weight. */
        double load() {
            return rows / weight;
        }

        void forEach(Consumer<Ticket> visitor) {
            for (Chain chain : chains) {
                Ticket ticket = chain.first;
                while (ticket != null) {
                    Ticket after = ticket.after;
                    visitor.accept(ticket);
                    ticket = after;
                }
            }
        }
    }

    private static final class Chain {
        private @Nullable Ticket first;
        private @Nullable Ticket last;
        private int rows;

        void append(Ticket ticket) {
            ticket.before = last;
            if (last == null) {
                first = ticket;
            } else {
                last.after = ticket;
            }
            last = ticket;
            rows += ticket.ask().rows();
        }

        void unlink(Ticket ticket) {
            if (ticket.before == null) {
                first = ticket.after;
            } else {
                ticket.before.after = ticket.after;
            }
            if (ticket.after == null) {
                last = ticket.before;
            } else {
                ticket.after.before = ticket.before;
            }
            ticket.before = null;
            ticket.after = null;
            rows -= ticket.ask().rows();
        }

        @Nullable Ticket fitting(@Nullable Object key, int room) {
            Ticket ticket = first;
            for (int i = 0; ticket != null && i < LOOK; i++, ticket = ticket.after) {
                if (key == null
                        || (key.equals(ticket.ask().key()) && ticket.ask().rows() <= room)) {
                    return ticket;
                }
            }
            return null;
        }
    }

    int rows() {
        return rows;
    }

    int tickets() {
        return tickets;
    }

    long bytes() {
        return bytes;
    }

    /** How many tenants it knows by name. */
    int tenants() {
        return tenants.size();
    }

    /** Puts a ticket behind those of its tenant and priority. */
    void add(Ticket ticket) {
        Ask ask = ticket.ask();
        Tenant tenant = tenant(ask.tenant());
        if (tenant.rows == 0) {
            tenant.time = Math.max(tenant.time, time);
        }
        Chain chain = tenant.chains[ask.priority().ordinal()];
        if (chain.first == null) {
            lanes.get(ask.priority().ordinal()).add(tenant);
        }
        chain.append(ticket);
        ticket.tenant = tenant;
        tenant.rows += ask.rows();
        rows += ask.rows();
        bytes += ask.bytes();
        tickets++;
    }

    private Tenant tenant(String name) {
        if (!tenants.containsKey(name) && isFull()) {
            tenants.entrySet().removeIf(known -> mayBeForgotten(known.getKey(), known.getValue()));
        }
        Tenant known = known(name);
        return known == null ? tenants.computeIfAbsent(name, newcomer -> new Tenant(1)) : known;
    }

    private boolean isFull() {
        return tenants.size() >= MOST_TENANTS + weights.size();
    }

    private boolean mayBeForgotten(String name, Tenant tenant) {
        return tenant.rows == 0 && tenant.time <= time && !weights.containsKey(name);
    }

    /** The place that a newcomer would get, if it is not a new one. */
    private @Nullable Tenant known(String name) {
        Tenant known = tenants.get(name);
        return known == null && isFull() ? others : known;
    }

    /** Whether the ticket is in the queue. */
    static boolean holds(Ticket ticket) {
        return ticket.tenant != null;
    }

    /** Takes a ticket out that leaves without being served. */
    void remove(Ticket ticket) {
        Tenant tenant = ticket.tenant;
        if (tenant == null) {
            throw new IllegalStateException("A ticket is not in the queue that it should leave");
        }
        Ask ask = ticket.ask();
        Chain chain = tenant.chains[ask.priority().ordinal()];
        chain.unlink(ticket);
        if (chain.first == null) {
            lanes.get(ask.priority().ordinal()).remove(tenant);
        }
        ticket.tenant = null;
        tenant.rows -= ask.rows();
        rows -= ask.rows();
        bytes -= ask.bytes();
        tickets--;
    }

    /** Takes a ticket out to be served, on its tenant's account. */
    void serve(Ticket ticket) {
        Tenant tenant = ticket.tenant;
        if (tenant != null) {
            time = Math.max(time, tenant.time);
            tenant.time += ticket.ask().rows() / tenant.weight;
        }
        remove(ticket);
    }

    /**
     * Finds who is next in a lane.
     *
     * @param key what must be equal, or null for anyone
     * @param room how many rows it may have; counts only with a key
     * @return null if there is none
     */
    @Nullable Ticket next(Priority lane, @Nullable Object key, int room) {
        Tenant best = null;
        Ticket next = null;
        for (Tenant tenant : lanes.get(lane.ordinal())) {
            if (best == null || tenant.time < best.time) {
                Ticket candidate = tenant.chains[lane.ordinal()].fitting(key, room);
                if (candidate != null) {
                    best = tenant;
                    next = candidate;
                }
            }
        }
        return next;
    }

    /**
     * Finds who should give way to a newcomer in a full queue: the newest ticket of the lowest priority; among equals,
     * of the tenant that waits most beside its weight.
     *
     * @return null if that is the newcomer itself
     */
    @Nullable Ticket victim(Ask newcomer) {
        for (Priority lane : List.of(Priority.LOW, Priority.NORMAL, Priority.HIGH)) {
            if (lane.compareTo(newcomer.priority()) < 0) {
                return null;
            }
            Tenant most = null;
            for (Tenant tenant : lanes.get(lane.ordinal())) {
                if (most == null || tenant.load() > most.load()) {
                    most = tenant;
                }
            }
            if (most != null && (lane != newcomer.priority() || most.load() > loadWith(newcomer))) {
                return most.chains[lane.ordinal()].last;
            }
        }
        return null;
    }

    private double loadWith(Ask newcomer) {
        Tenant tenant = known(newcomer.tenant());
        int added = newcomer.rows();
        return tenant == null ? added : tenant.load() + added / tenant.weight;
    }

    /** How many rows will be served before a newcomer's last one. */
    long rowsBefore(Ask newcomer) {
        long before = 0;
        double load = loadIn(newcomer);
        for (int lane = 0; lane <= newcomer.priority().ordinal(); lane++) {
            for (Tenant tenant : lanes.get(lane)) {
                int waiting = tenant.chains[lane].rows;
                boolean isHigher = lane < newcomer.priority().ordinal();
                before += isHigher ? waiting : (long) Math.min(waiting, load * tenant.weight);
            }
        }
        return before;
    }

    private double loadIn(Ask newcomer) {
        Tenant tenant = known(newcomer.tenant());
        return tenant == null
                ? newcomer.rows()
                : (tenant.chains[newcomer.priority().ordinal()].rows + newcomer.rows()) / tenant.weight;
    }

    /** How long the one waits that waits for longest; 0 if nobody does. */
    long longestWait(long now) {
        long longest = 0;
        for (int lane = 0; lane < lanes.size(); lane++) {
            for (Tenant tenant : lanes.get(lane)) {
                Ticket first = tenant.chains[lane].first;
                longest =
                        first == null ? longest : Math.max(longest, first.ask().waited(now));
            }
        }
        return longest;
    }

    /** Looks at every ticket; the visitor may take out the one it looks at. */
    void forEach(Consumer<Ticket> visitor) {
        tenants.values().forEach(tenant -> tenant.forEach(visitor));
        others.forEach(visitor);
    }
}
