package io.mlops4j.tribuo;

/** Stands for any class on the path that must not come alive because a file names it: once initialised, it says so. */
final class Gadget {
    static final String INITIALISED = "mlops4j.test.gadget.initialised";

    static {
        System.setProperty(INITIALISED, "yes");
    }

    private Gadget() {}
}
