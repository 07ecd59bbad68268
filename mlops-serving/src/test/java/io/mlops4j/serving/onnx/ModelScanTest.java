package io.mlops4j.serving.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.serving.internal.ProtoReader.MalformedProtoException;
import io.mlops4j.serving.onnx.ExternalTensor.Place;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

/** Hostile spellings of the wire format, each of which the native parser understands. */
final class ModelScanTest {
    private static final byte[] LOCATION = {0x6a, 6, 0x0a, 1, 'l', 0x12, 1, 'f'};

    @Test
    void of_plainSpelling_isFound() throws MalformedProtoException {
        assertFound(join(LOCATION, bytes(0x70, 1)));
    }

    @Test
    void of_numberOfMoreBytesThanNeeded_isFound() throws MalformedProtoException {
        assertFound(join(LOCATION, bytes(0x70, 0x81, 0x80, 0x00)));
        assertFound(join(LOCATION, bytes(0xf0, 0x80, 0x00, 1)));
    }

    @Test
    void of_numberBeyond32Bits_isFound() throws MalformedProtoException {
        // The native parser keeps the low 32 bits of an enum.
        assertFound(join(LOCATION, bytes(0x70, 0x81, 0x80, 0x80, 0x80, 0x10)));
    }

    @Test
    void of_laterFieldThatTakesItBack_isFound() throws MalformedProtoException {
        // 7 is no value of the enum: the native parser ignores it and keeps EXTERNAL.
        assertFound(join(LOCATION, bytes(0x70, 1), bytes(0x70, 7)));
    }

    @Test
    void of_graphInTwoPieces_isFound() throws MalformedProtoException {
        byte[] graph = field(5, join(LOCATION, bytes(0x70, 1)));
        byte[] model = join(field(7, new byte[0]), field(7, graph));
        assertThat(ModelScan.of(model).external()).hasSize(1);
    }

    @Test
    void of_tensorInTheModelsOwnFile_isNotFound() throws MalformedProtoException {
        assertThat(ModelScan.of(field(7, field(5, bytes(0x70, 0)))).external()).isEmpty();
    }

    @Test
    void of_trainingGraph_isFoundElsewhere() throws MalformedProtoException {
        byte[] graph = field(5, join(LOCATION, bytes(0x70, 1)));
        byte[] training = join(bytes(0xa2, 1, graph.length + 2), field(1, graph));
        assertThat(ModelScan.of(training).external()).singleElement().satisfies(tensor -> assertThat(tensor.place())
                .isEqualTo(Place.ELSEWHERE));
    }

    @Test
    void of_lengthBeyondTheEnd_isMalformed() {
        assertMalformed(bytes(0x3a, 5, 1));
        assertMalformed(bytes(0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01));
        assertMalformed(bytes(0x3a, 0x80));
    }

    @Test
    void of_groupsAndFieldZero_areMalformed() {
        assertMalformed(bytes(0x3b, 0x3c));
        assertMalformed(bytes(0x02, 0));
        assertMalformed(bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff));
    }

    private static void assertFound(byte[] tensor) throws MalformedProtoException {
        assertThat(ModelScan.of(field(7, field(5, tensor))).external())
                .singleElement()
                .satisfies(external -> {
                    assertThat(external.place()).isEqualTo(Place.MAIN_INITIALIZER);
                    assertThat(external.entries()).containsEntry("l", "f");
                });
    }

    private static void assertMalformed(byte[] model) {
        assertThatThrownBy(() -> ModelScan.of(model)).isInstanceOf(MalformedProtoException.class);
    }

    private static byte[] field(int number, byte[] content) {
        return join(bytes((number << 3) | 2, content.length), content);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
