package io.mlops4j.internal.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.mlops4j.CorruptionException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.VersionId;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;

/**
 * The one JSON mapper: records to JSON and back, names and digests as their text. Equal objects become equal bytes; an
 * empty {@code Optional} is left out. No
 * type names are ever read from the data, and what is read is bounded in depth and length.
 *
 * <p>Thread-safe.
 */
public final class Json {
    private static final int MAX_DOCUMENT = 256 << 20;
    private static final int MAX_DEPTH = 100;
    private static final int MAX_STRING = 16 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(MAX_STRING)
                            .maxDocumentLength(MAX_DOCUMENT)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
                    .build())
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .addModule(new SimpleModule()
                    .addSerializer(ModelName.class, ToStringSerializer.instance)
                    .addDeserializer(ModelName.class, text(ModelName.class, ModelName::of))
                    .addSerializer(VersionId.class, ToStringSerializer.instance)
                    .addDeserializer(VersionId.class, text(VersionId.class, VersionId::parse))
                    .addSerializer(Digest.class, ToStringSerializer.instance)
                    .addDeserializer(Digest.class, text(Digest.class, Digest::parse))
                    .addSerializer(SemVer.class, ToStringSerializer.instance)
                    .addDeserializer(SemVer.class, text(SemVer.class, SemVer::parse)))
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.ALWAYS))
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            // A newer version of this library may have added fields; an older one passes them over.
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private Json() {}

    /**
     * Writes a value as JSON in UTF-8.
     *
     * @param value a record or another plain value
     * @return the bytes, equal for equal values
     */
    public static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "Cannot write a " + value.getClass().getSimpleName() + " as JSON", e);
        }
    }

    /** Writes a record as a JSON object with one more field, which comes first. */
    static byte[] write(String field, String text, Object record) {
        ObjectNode object = MAPPER.createObjectNode().put(field, text);
        object.setAll((ObjectNode) MAPPER.valueToTree(record));
        return write(object);
    }

    /**
     * Reads a value from JSON in UTF-8.
     *
     * @param <T> the type
     * @param what what is read, for the message: the key of the object, say
     * @param bytes the JSON
     * @param type the type
     * @return the value, checked by its own constructor
     * @throws CorruptionException if the bytes are no such value
     */
    public static <T> T read(String what, byte[] bytes, Class<T> type) {
        try {
            T value = MAPPER.readValue(bytes, type);
            if (value == null) {
                throw new CorruptionException("Cannot read " + what + ": it holds JSON null");
            }
            return value;
        } catch (IOException e) {
            throw new CorruptionException("Cannot read " + what + " as " + type.getSimpleName() + ": " + reason(e), e);
        }
    }

    /** The bytes as a tree, or empty if they are no JSON. */
    static Optional<JsonNode> tryTree(byte[] bytes) {
        try {
            return Optional.ofNullable(MAPPER.readTree(bytes));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String reason(IOException e) {
        String message = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
        return Text.quote(String.valueOf(message));
    }

    private static <T> FromStringDeserializer<T> text(Class<T> type, Function<String, T> parse) {
        return new FromStringDeserializer<>(type) {
            private static final long serialVersionUID = 1L;

            @Override
            protected T _deserialize(String value, DeserializationContext context) {
                return parse.apply(value);
            }
        };
    }
}
