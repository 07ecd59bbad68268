package io.mlops4j.tribuo;

import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.Output;
import org.tribuo.classification.Label;
import org.tribuo.regression.Regressor;

/**
 * The identity of what a data set holds: a SHA-256 over its examples in their order, each with its output, its weight, and
 * its features by name and value. Where the data came from, and when, does not count. A change of one bit, of the order of
 * examples, or of which features are absent gives another digest.
 *
 * <p>The digest is the same on every platform and Java version: numbers enter as their IEEE 754 bits, text as its length
 * and UTF-8. Labels and regression values enter as such, other outputs in Tribuo's own text form.
 *
 * <p>Immutable.
 */
public final class DatasetDigest {
    private static final int FORM = 1;

    private DatasetDigest() {}

    /**
     * Digests a data set, in one pass over it.
     *
     * @param dataset any data set
     * @return the identity of its content
     */
    public static Digest of(Dataset<?> dataset) {
        var sha = Digest.sha256();
        try (var out = new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), sha))) {
            out.writeInt(FORM);
            out.writeInt(dataset.size());
            for (Example<?> example : dataset) {
                write(example, out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("A digest has nothing that could fail", e);
        }
        return Digest.of(sha);
    }

    /**
     * Names a data set by its content, for a run's inputs and a version's provenance.
     *
     * @param name what to call the data, in the grammar of model names
     * @param dataset any data set
     * @return name, digest and number of examples
     * @throws IllegalArgumentException if the name breaks the grammar
     */
    public static DatasetRef ref(String name, Dataset<?> dataset) {
        return new DatasetRef(name, of(dataset), dataset.size());
    }

    private static void write(Example<?> example, DataOutputStream out) throws IOException {
        write(example.getOutput(), out);
        out.writeInt(Float.floatToIntBits(example.getWeight()));
        out.writeInt(example.size());
        for (Feature feature : example) {
            write(feature.getName(), out);
            out.writeLong(Double.doubleToLongBits(feature.getValue()));
        }
    }

    private static void write(Output<?> output, DataOutputStream out) throws IOException {
        if (output instanceof Label label) {
            write(label.getLabel(), out);
        } else if (output instanceof Regressor regressor) {
            String[] names = regressor.getNames();
            double[] values = regressor.getValues();
            out.writeInt(names.length);
            for (int i = 0; i < names.length; i++) {
                write(names[i], out);
                out.writeLong(Double.doubleToLongBits(values[i]));
            }
        } else {
            write(output.getSerializableForm(false), out);
        }
    }

    private static void write(String text, DataOutputStream out) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
