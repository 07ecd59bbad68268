package io.mlops4j.serving;

import java.util.Locale;

/** Why a request was turned away. */
enum Shed {
    /** No room, and nobody waited who should have given way. */
    FULL("its queue is full"),
    /** It gave way to somebody who had less than a fair share waiting, or a higher priority. */
    DISPLACED("its queue is full, and others have less waiting or go first"),
    /** Its deadline could not be met. */
    HOPELESS("its deadline cannot be met"),
    /** The queue stands, and it waited for too long. */
    STANDING("its queue stands, and it waited for too long"),
    /** Its time was over. */
    EXPIRED("its time is over"),
    /** Nothing of the model runs, and the JVM can make no thread to run it on. */
    THREADLESS("no thread can be made to run it");

    private final String because;

    Shed(String because) {
        this.because = because;
    }

    String because() {
        return because;
    }

    /** As a meter's tag. */
    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
