package io.mlops4j.tribuo;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.mlops4j.RejectedModelException;
import java.util.List;
import java.util.Map;
import org.tribuo.protos.core.ImmutableFeatureMapProto;
import org.tribuo.protos.core.ModelDataProto;
import org.tribuo.protos.core.ModelProto;

/**
 * Decides what of a model file may reach Tribuo. Tribuo's loading trusts the file: it loads any class that the file
 * names, in the model and in its provenance, and LibLinear's models read Java-serialised objects without a filter. So the
 * whole tree of messages is walked first:
 *
 * <ul>
 *   <li>each class name must be on the list of {@link ModelKinds}, and carry the message that the list says;
 *   <li>Java-serialised bytes are read once under a JEP 290 filter of their own stream ({@link SerializedForm}); the same
 *       bytes then go to Tribuo, which can find nothing else in them;
 *   <li>XGBoost's bytes are read by {@link BoosterReader}, and what native code gets to see is written anew by
 *       {@link BoosterWriter};
 *   <li>the provenance is replaced by an empty one: it names classes too, users' own among them, and serving needs
 *       none of it.
 * </ul>
 *
 * <p>Nothing of this is global to the JVM: no filter factory is set that a host might want for itself.
 *
 * <p>Immutable.
 */
final class ModelGuard {
    /** Messages within messages; a protobuf parser starts to count anew in each {@code Any}. */
    private static final int DEEPEST = 200;

    private static final String LIBLINEAR = "tribuo.common.liblinear.LibLinearModelProto";
    private static final String XGBOOST = "tribuo.common.xgboost.XGBoostModelProto";
    private static final String BOOSTERS = "models";

    private final ModelKinds kinds;
    private final String label;

    ModelGuard(ModelKinds kinds, String label) {
        this.kinds = kinds;
        this.label = label;
    }

    /** The file's model, cleared for {@code Model.deserialize}. */
    ModelProto admit(byte[] file) {
        try {
            ModelProto model = ModelProto.parseFrom(file);
            if (model.getClassName().isEmpty()) {
                throw rejected("it names no model class");
            }
            return (ModelProto) cleared(model, 0);
        } catch (InvalidProtocolBufferException e) {
            throw new RejectedModelException("Cannot load model " + label + ": it is no Tribuo protobuf", e);
        }
    }

    private Message cleared(Message message, int depth) throws InvalidProtocolBufferException {
        if (depth > DEEPEST) {
            throw rejected("its messages nest deeper than " + DEEPEST);
        }
        check(message);
        Message.Builder out = message.toBuilder();
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            if (field.getKey().getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                out.setField(field.getKey(), clearedField(message, field.getKey(), field.getValue(), depth));
            }
        }
        if (message.getDescriptorForType().getFullName().equals(XGBOOST)) {
            out.setField(message.getDescriptorForType().findFieldByName(BOOSTERS), rewritten(message));
        }
        return out.build();
    }

    private Object clearedField(Message message, FieldDescriptor field, Object value, int depth)
            throws InvalidProtocolBufferException {
        if (message instanceof ModelDataProto && field.getNumber() == ModelDataProto.PROVENANCE_FIELD_NUMBER) {
            return NoProvenance.PROTO;
        }
        if (value instanceof List<?> values) {
            Object[] cleared = new Object[values.size()];
            for (int i = 0; i < cleared.length; i++) {
                cleared[i] = cleared((Message) values.get(i), depth + 1);
            }
            return List.of(cleared);
        }
        return value instanceof Any any ? clearedAny(message, any, depth) : cleared((Message) value, depth + 1);
    }

    /** Every {@code Any} in a Tribuo file is the data of the class that its message names. */
    private Any clearedAny(Message owner, Any any, int depth) throws InvalidProtocolBufferException {
        String className = classNameOf(owner);
        String type = any.getTypeUrl().substring(any.getTypeUrl().indexOf('/') + 1);
        for (Message payload : kinds.payloadsOf(className)) {
            if (payload.getDescriptorForType().getFullName().equals(type)) {
                Message data = payload.getParserForType().parseFrom(any.getValue());
                return Any.pack(cleared(data, depth + 1));
            }
        }
        throw rejected("its class " + className + " carries data of type " + quoted(type));
    }

    private void check(Message message) throws InvalidProtocolBufferException {
        String className = classNameOf(message);
        if (!className.isEmpty() && !kinds.allows(className)) {
            throw rejected("it names class " + quoted(className) + ", which is not on the list of what may be loaded");
        }
        if (message.getDescriptorForType().getFullName().equals(LIBLINEAR)) {
            bytesOf(message, "models").forEach(bytes -> SerializedForm.LIBLINEAR.check(bytes.toByteArray(), label));
        }
    }

    /** The boosters of an XGBoost model, read and written anew. */
    private List<ByteString> rewritten(Message model) throws InvalidProtocolBufferException {
        int features = featuresOf(model);
        return bytesOf(model, BOOSTERS).stream()
                .map(bytes -> rewritten(bytes, features))
                .toList();
    }

    private ByteString rewritten(ByteString booster, int features) {
        try {
            Booster read = BoosterReader.read(booster.toByteArray(), features);
            return ByteString.copyFrom(BoosterWriter.write(read, features));
        } catch (RejectedModelException e) {
            throw new RejectedModelException("Cannot load model " + label + ": its XGBoost booster is broken", e);
        }
    }

    private static String classNameOf(Message message) {
        FieldDescriptor field = message.getDescriptorForType().findFieldByName("class_name");
        return field == null ? "" : (String) message.getField(field);
    }

    @SuppressWarnings("unchecked") // The field is declared as "repeated bytes".
    private static List<ByteString> bytesOf(Message message, String field) {
        return (List<ByteString>)
                message.getField(message.getDescriptorForType().findFieldByName(field));
    }

    private static int featuresOf(Message model) throws InvalidProtocolBufferException {
        var metadata =
                (ModelDataProto) model.getField(model.getDescriptorForType().findFieldByName("metadata"));
        Any features = metadata.getFeatureDomain().getSerializedData();
        return features.unpack(ImmutableFeatureMapProto.class).getInfoCount();
    }

    private RejectedModelException rejected(String why) {
        return new RejectedModelException("Cannot load model " + label + ": " + why);
    }

    private static String quoted(String fromFile) {
        return JsonText.string(fromFile.length() > 200 ? fromFile.substring(0, 200) + "…" : fromFile);
    }
}
