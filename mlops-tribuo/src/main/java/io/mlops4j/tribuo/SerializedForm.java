package io.mlops4j.tribuo;

import io.mlops4j.RejectedModelException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;

/**
 * Java-serialised bytes of one known form, and the JEP 290 filter that lets only this form through. The filter belongs to
 * the stream that checks and to nothing else in the JVM.
 *
 * <p>Immutable.
 */
enum SerializedForm {
    /** LibLinear's model: numbers, arrays of numbers and one enum. */
    LIBLINEAR(
            "de.bwaldvogel.liblinear.Model",
            "de.bwaldvogel.liblinear.Model;de.bwaldvogel.liblinear.SolverType;java.lang.Enum;!*");

    /** A model is one object with a few fields; the arrays are bounded by the bytes that the file really has. */
    private static final String LIMITS = "maxdepth=4;maxrefs=64;";

    private final String className;
    private final String classes;

    SerializedForm(String className, String classes) {
        this.className = className;
        this.classes = classes;
    }

    /**
     * Reads the bytes under the filter and drops what was read.
     *
     * @throws RejectedModelException if they hold any other class, or are broken
     */
    void check(byte[] bytes, String label) {
        ObjectInputFilter filter =
                ObjectInputFilter.Config.createFilter(LIMITS + "maxarray=" + bytes.length + ";" + classes);
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            in.setObjectInputFilter(filter);
            Object read = in.readObject();
            if (read == null || !read.getClass().getName().equals(className)) {
                throw new InvalidClassException("expected " + className);
            }
        } catch (InvalidClassException e) {
            throw new RejectedModelException(
                    "Cannot load model " + label + ": it embeds Java-serialised objects that are not allowed", e);
        } catch (IOException | ClassNotFoundException | RuntimeException e) {
            throw new RejectedModelException(
                    "Cannot load model " + label + ": the " + className + " that it embeds is broken", e);
        }
    }
}
