package io.mlops4j.serving.onnx;

import ai.onnxruntime.OrtException;
import io.mlops4j.MlopsException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.internal.Text;
import io.mlops4j.serving.InferenceException;
import java.util.regex.Pattern;

/**
 * Says what went wrong in ONNX Runtime, in our types. The runtime's text may quote the model's own names, so it is
 * escaped.
 *
 * <p>Immutable.
 *
 * @param model the model for messages, such as {@code rides:3}
 */
record OnnxFailures(String model) {
    /** The path of a source file on the machine that built the runtime: long, and of no use to a reader. */
    private static final Pattern BUILD_PATH = Pattern.compile("/onnxruntime_src/\\S+:\\d+ ");

    RejectedModelException ofLoad(Exception cause) {
        return new RejectedModelException("Cannot load model " + model + ": " + text(cause) + hint(cause), cause);
    }

    MlopsException ofRun(OrtException cause) {
        String message = "Cannot run model " + model + ": " + text(cause);
        if (cause.getCode() == OrtException.OrtErrorCode.ORT_INVALID_ARGUMENT) {
            return new RejectedInputException(message, cause);
        }
        return new InferenceException(message, cause);
    }

    /** Of an answer whose text the binding garbled. */
    InferenceException ofText(String output) {
        return new InferenceException(
                "Cannot read the answer of model " + model + ": output " + Text.quote(output)
                        + " holds characters beyond U+FFFF, which ONNX Runtime's Java binding garbles and cuts, expected none:"
                        + " give the model labels without them, or numbers",
                null);
    }

    private static String text(Exception cause) {
        return Text.quote(BUILD_PATH.matcher(message(cause)).replaceAll(""));
    }

    private static String message(Exception cause) {
        String message = cause.getMessage();
        return message == null ? cause.getClass().getName() : message;
    }

    /** StringNormalizer builds a C++ locale by this name, and the runtime's own message does not say what to do. */
    private static String hint(Exception cause) {
        return message(cause).contains("Failed to construct locale")
                ? "; its StringNormalizer needs the locale en_US.UTF-8, which this machine does not have: install it"
                        + " (Debian: package locales, then locale-gen en_US.UTF-8)"
                : "";
    }
}
