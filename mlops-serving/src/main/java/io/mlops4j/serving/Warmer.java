package io.mlops4j.serving;

import io.mlops4j.MlopsException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.model.ValueSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warms one model. The caller's thread asks; a watchdog stops the model if that takes too long.
 *
 * <p>Confined to one thread at a time.
 */
final class Warmer {
    private static final Logger LOG = LoggerFactory.getLogger(Warmer.class);

    /** A made-up request above this many elements is not worth its memory. */
    private static final long MAX_ELEMENTS = 1 << 20;

    private final String label;
    private final LoadedModel model;
    private final WarmUp plan;
    private final CountDownLatch answered = new CountDownLatch(1);
    private volatile boolean stopped;

    Warmer(String label, LoadedModel model, WarmUp plan) {
        this.label = label;
        this.model = model;
        this.plan = plan;
    }

    /**
     * Runs the plan.
     *
     * @throws RejectedModelException if the model fails a given request, or takes too long
     */
    void warm() {
        if (plan.runs() == 0) {
            return;
        }
        Thread watchdog = new Thread(this::watch, "mlops-warm-up-watchdog-" + label);
        watchdog.setDaemon(true);
        watchdog.start();
        try {
            ask();
        } finally {
            answered.countDown();
        }
        if (stopped) {
            throw tooSlow(null);
        }
    }

    private void watch() {
        try {
            if (!answered.await(TimeUnit.NANOSECONDS.convert(plan.timeout()), TimeUnit.NANOSECONDS)) {
                stopped = true;
                model.terminate();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask() {
        if (!plan.requests().isEmpty()) {
            plan.requests().forEach(this::askGiven);
            return;
        }
        askMadeUp();
        model.rowScorer().ifPresent(this::score);
    }

    private void askGiven(Map<String, Value> request) {
        try {
            run(request);
        } catch (MlopsException e) {
            if (stopped) {
                throw tooSlow(e);
            }
            throw new RejectedModelException(
                    "Cannot serve model " + label + ": it failed a warm-up request: " + e.getMessage(), e);
        }
    }

    private void askMadeUp() {
        @Nullable MlopsException refusal = null;
        boolean warmed = false;
        for (int value = 0; value <= 1; value++) {
            Optional<Map<String, Value>> request = request(model.signature(), value);
            if (request.isPresent()) {
                MlopsException refused = refusal(request.get());
                warmed |= refused == null;
                refusal = refused == null ? refusal : refused;
            }
        }
        if (!warmed && refusal != null) {
            LOG.warn(
                    "Model {} refused every request made up for its warm-up, and serves without one; give it requests of its"
                            + " own by WarmUp.by, or it may refuse them all while it serves: {}",
                    label,
                    refusal.getMessage());
        }
    }

    private @Nullable MlopsException refusal(Map<String, Value> madeUp) {
        try {
            run(madeUp);
            return null;
        } catch (MlopsException e) {
            if (stopped) {
                throw tooSlow(e);
            }
            LOG.debug("Model {} refused a made-up warm-up request", label, e);
            return e;
        }
    }

    private void run(Map<String, Value> request) {
        for (int i = 0; i < plan.runs() && !stopped; i++) {
            model.run(request);
        }
    }

    private void score(RowScorer scorer) {
        float[] row = new float[scorer.features()];
        float[] out = new float[scorer.outputs()];
        try {
            for (int i = 0; i < plan.runs() && !stopped; i++) {
                scorer.score(row, out);
            }
        } catch (MlopsException e) {
            if (stopped) {
                throw tooSlow(e);
            }
            LOG.debug("Model {} refused a made-up row", label, e);
        }
    }

    private RejectedModelException tooSlow(@Nullable MlopsException cause) {
        String message = "Cannot serve model " + label + ": it did not finish its warm-up within " + plan.timeout();
        return cause == null ? new RejectedModelException(message) : new RejectedModelException(message, cause);
    }

    /** A request in which every number is the value and every size that is not known is 1; empty if it gets too large. */
    static Optional<Map<String, Value>> request(Signature signature, int value) {
        Map<String, Value> request = new LinkedHashMap<>();
        for (ValueSpec spec : signature.inputs()) {
            if (!(spec instanceof TensorSpec tensor)) {
                return Optional.empty();
            }
            long[] sizes = LongStream.of(tensor.shape().sizes())
                    .map(size -> size == Shape.DYNAMIC ? 1 : size)
                    .toArray();
            if (tooLarge(sizes)) {
                return Optional.empty();
            }
            request.put(spec.name(), filled(tensor.type(), sizes, value));
        }
        return Optional.of(request);
    }

    private static boolean tooLarge(long[] sizes) {
        try {
            return Shape.of(sizes).elementCount() > MAX_ELEMENTS;
        } catch (IllegalArgumentException e) {
            return true; // more than a long can count
        }
    }

    private static Tensor filled(ElementType type, long[] sizes, int value) {
        int count = (int) Shape.of(sizes).elementCount();
        if (type == ElementType.STRING) {
            return Tensor.ofStrings(Collections.nCopies(count, value == 0 ? "" : "1"), sizes);
        }
        if (type.isFloat()) {
            double[] values = new double[count];
            Arrays.fill(values, value);
            return Tensor.ofFloatingPoint(type, values, sizes);
        }
        if (type.isInteger()) {
            long[] values = new long[count];
            Arrays.fill(values, value);
            return Tensor.ofIntegers(type, values, sizes);
        }
        ByteBuffer flags = ByteBuffer.allocate(count).order(ByteOrder.nativeOrder());
        Arrays.fill(flags.array(), (byte) value);
        return Tensor.ofData(type, flags, Shape.of(sizes));
    }
}
