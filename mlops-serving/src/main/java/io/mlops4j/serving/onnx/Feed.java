package io.mlops4j.serving.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.internal.SlotPool;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The native inputs of one run, over memory that is pooled between runs.
 *
 * <p>Confined to one thread at a time.
 */
final class Feed implements AutoCloseable {
    /** Tensors start at multiples of a cache line, which is enough for every element type and vector instruction. */
    private static final int ALIGNMENT = 64;

    private static final int SMALLEST = 1 << 12;
    private static final int LARGEST_KEPT = 1 << 22;

    private final SlotPool<ByteBuffer> pool;
    private final @Nullable ByteBuffer memory;
    private final NativeResources owned = new NativeResources();
    private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();

    private Feed(SlotPool<ByteBuffer> pool, @Nullable ByteBuffer memory) {
        this.pool = pool;
        this.memory = memory;
    }

    /**
     * Copies tensors into native ones.
     *
     * @throws RejectedInputException if an input cannot be handed to ONNX Runtime
     */
    static Feed of(String model, Map<String, Value> inputs, TensorMaker maker, SlotPool<ByteBuffer> pool)
            throws OrtException {
        var feed = new Feed(pool, memory(model, inputs, pool));
        try {
            for (Map.Entry<String, Value> input : inputs.entrySet()) {
                feed.add(model, input.getKey(), tensor(model, input), maker);
            }
            return feed;
        } catch (OrtException | RuntimeException e) {
            feed.close();
            throw e;
        }
    }

    private static Tensor tensor(String model, Map.Entry<String, Value> input) {
        if (input.getValue() instanceof Tensor tensor) {
            return tensor;
        }
        throw new RejectedInputException(
                "Cannot run model " + model + ": input " + Text.quote(input.getKey()) + " is a "
                        + input.getValue().getClass().getSimpleName()
                        + ", expected a tensor: ONNX Runtime's Java binding takes no sequences or maps");
    }

    Map<String, OnnxTensor> tensors() {
        return tensors;
    }

    private void add(String model, String name, Tensor tensor, TensorMaker maker) throws OrtException {
        long[] sizes = tensor.shape().sizes();
        if (tensor.type() == ElementType.STRING) {
            requireRepresentable(model, name, tensor.strings());
            tensors.put(name, maker.ofStrings(tensor.strings(), sizes, owned));
        } else {
            tensors.put(name, maker.ofNumbers(tensor.type(), copy(tensor.data()), sizes, owned));
        }
    }

    /**
     * ONNX Runtime's Java binding hands text over in Java's modified UTF-8, which differs from UTF-8 for U+0000 and for
     * characters beyond U+FFFF. A model would not recognise such text and answer as if it were another: refuse it.
     */
    private static void requireRepresentable(String model, String name, List<String> strings) {
        for (String text : strings) {
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == 0 || Character.isSurrogate(c)) {
                    throw new RejectedInputException("Cannot run model " + model + ": input " + Text.quote(name)
                            + " holds " + Text.quote(text)
                            + "; ONNX Runtime's Java binding garbles U+0000 and characters"
                            + " beyond U+FFFF, expected none");
                }
            }
        }
    }

    private ByteBuffer copy(ByteBuffer data) {
        if (memory == null) {
            throw new IllegalStateException("No memory was reserved for a tensor of numbers");
        }
        int start = memory.position();
        ByteBuffer slice = memory.slice(start, data.remaining()).order(ByteOrder.nativeOrder());
        memory.position(start + align(data.remaining()));
        return slice.put(data).flip();
    }

    private static @Nullable ByteBuffer memory(String model, Map<String, Value> inputs, SlotPool<ByteBuffer> pool) {
        long needed = 0;
        boolean numbers = false;
        for (Value input : inputs.values()) {
            if (input instanceof Tensor tensor && tensor.type() != ElementType.STRING) {
                needed += align(tensor.data().remaining());
                numbers = true;
            }
        }
        if (needed > Integer.MAX_VALUE - ALIGNMENT) {
            throw new RejectedInputException("Cannot run model " + model + ": the inputs have " + needed
                    + " bytes together, expected at most " + (Integer.MAX_VALUE - ALIGNMENT));
        }
        return numbers ? atLeast((int) needed, pool) : null;
    }

    private static ByteBuffer atLeast(int needed, SlotPool<ByteBuffer> pool) {
        ByteBuffer pooled = needed <= LARGEST_KEPT ? pool.take() : null;
        if (pooled != null && pooled.capacity() >= needed) {
            return pooled.clear();
        }
        int capacity = needed > LARGEST_KEPT ? needed : Math.max(SMALLEST, Integer.highestOneBit(needed) << 1);
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
    }

    private static int align(int bytes) {
        return Math.addExact(bytes, ALIGNMENT - 1) & -ALIGNMENT;
    }

    @Override
    public void close() {
        owned.close();
        if (memory != null && memory.capacity() <= LARGEST_KEPT * 2) {
            pool.give(memory);
        }
    }
}
