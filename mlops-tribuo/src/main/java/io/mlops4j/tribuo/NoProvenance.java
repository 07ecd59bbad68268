package io.mlops4j.tribuo;

import com.oracle.labs.mlrg.olcut.config.protobuf.ProtoProvenanceSerialization;
import com.oracle.labs.mlrg.olcut.config.protobuf.protos.RootProvenanceProto;
import com.oracle.labs.mlrg.olcut.provenance.ListProvenance;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.tribuo.Model;
import org.tribuo.provenance.EnsembleModelProvenance;
import org.tribuo.provenance.ModelProvenance;
import org.tribuo.provenance.impl.EmptyDatasetProvenance;
import org.tribuo.provenance.impl.EmptyTrainerProvenance;

/**
 * A provenance that says nothing, in the form that Tribuo's loading demands of every model and every ensemble.
 *
 * <p>Immutable.
 */
final class NoProvenance {
    static final RootProvenanceProto PROTO = proto();

    private NoProvenance() {}

    private static RootProvenanceProto proto() {
        var nothing = new EnsembleModelProvenance(
                Model.class.getName(),
                OffsetDateTime.ofInstant(Instant.EPOCH, ZoneOffset.UTC),
                new EmptyDatasetProvenance(),
                new EmptyTrainerProvenance(),
                Map.of(),
                false,
                new ListProvenance<ModelProvenance>(List.of()));
        return new ProtoProvenanceSerialization(false).serializeToProto(ProvenanceUtil.marshalProvenance(nothing));
    }
}
