package io.mlops4j.testkit;

import static io.mlops4j.testkit.ScriptedStore.Operation.DELETE;
import static io.mlops4j.testkit.ScriptedStore.Operation.GET;
import static io.mlops4j.testkit.ScriptedStore.Operation.LIST;
import static io.mlops4j.testkit.ScriptedStore.Operation.PUT;

import io.mlops4j.store.ObjectStore;

/** The faults of a bad network around a store: lost requests, lost replies, writes that land late. */
final class BadNetwork {
    private BadNetwork() {}

    static ObjectStore around(ObjectStore store, long seed) {
        ScriptedStore network = ScriptedStore.over(store);
        network.on(PUT).withProbability(0.06, seed).landsLate();
        network.on(PUT).withProbability(0.06, seed + 1).losesTheReply();
        network.on(PUT).withProbability(0.03, seed + 2).losesTheRequest();
        network.on(DELETE).withProbability(0.1, seed + 3).losesTheReply();
        network.on(PUT, GET, LIST).withProbability(0.02, seed + 4).fails();
        network.on(GET, LIST, DELETE).withProbability(0.1, seed + 5).doesFirst(network::landLate);
        return network;
    }
}
