package io.mlops4j.tribuo;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;

/** Stands for any serialisable class on the path that must not be read because a file embeds it: once read, it says so. */
final class SerializedGadget implements Serializable {
    static final String READ = "mlops4j.test.gadget.read";

    private static final long serialVersionUID = 1L;

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        System.setProperty(READ, "yes");
    }
}
