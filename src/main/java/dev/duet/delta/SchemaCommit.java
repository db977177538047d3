package dev.duet.delta;

import dev.duet.change.RowChange;
import dev.duet.change.SchemaPolicy;
import dev.duet.change.TableSchema;
import dev.duet.delivery.RetriableException;
import dev.duet.delivery.TableStoppedException;
import dev.duet.failpoint.FailPoint;
import io.delta.kernel.Snapshot;
import io.delta.kernel.TransactionCommitResult;
import io.delta.kernel.data.Row;
import io.delta.kernel.exceptions.CommitStateUnknownException;
import io.delta.kernel.exceptions.KernelEngineException;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.internal.actions.Metadata;
import io.delta.kernel.internal.actions.Protocol;
import io.delta.kernel.internal.actions.SingleAction;
import io.delta.kernel.internal.tablefeatures.TableFeature;
import io.delta.kernel.internal.tablefeatures.TableFeatures;
import io.delta.kernel.types.StructType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.logging.Logger;

/**
 * Gives a table another schema: a version of its own with the table's metadata and, where a type asks for a table feature,
 * its protocol. Kernel 4.4.0 changes
 * the schemas of tables with column mapping only, which it then can't write; so the actions are made here.
 *
 * <p>The version is taken by conditional PUT, as each is. Whoever loses it, or gets no answer, looks at the table again: another instance
 * may have done the same. A crash after it leaves a table that fits.
 */
final class SchemaCommit {
    private static final Logger LOG = Logger.getLogger(SchemaCommit.class);
    private static final String WIDENING = "delta.enableTypeWidening";

    /** From these on a table names its features; Duet's tables name those of writers since they have domain metadata. */
    private static final int READER_VERSION = 3;

    private static final int WRITER_VERSION = 7;

    private final OpenTable log;

    SchemaCommit(OpenTable log) {
        this.log = log;
    }

    /**
     * The schema that the table needs for changes that it has not got.
     *
     * @param table its schema, which comes back if it is enough
     * @throws UnfitSchema if there is none, or the policy is against it
     */
    StructType needed(StructType table, Append append, SchemaPolicy policy) {
        Set<TableSchema> sources = new LinkedHashSet<>();
        boolean late = false;
        for (List<RowChange> changes : append.fresh()) {
            TableSchema last = null;
            for (RowChange change : changes) {
                late |= change.source().late();
                if (change.schema() != last) {
                    last = change.schema();
                    sources.add(last);
                }
            }
        }
        StructType needed = table;
        for (TableSchema source : sources) {
            needed = SchemaEvolution.of(source, needed, policy);
            try {
                var unused = Layout.of(source, needed, log.path(), log.nonFinite());
            } catch (TableStoppedException stop) {
                throw new UnfitSchema(source, stop);
            }
        }
        AddedColumn mark = AddedColumn.LATE;
        return late && needed.indexOf(mark.columnName()) < 0
                ? needed.add(mark.columnName(), mark.dataType(), true)
                : needed;
    }

    /**
     * @param on the snapshot whose next version this is to be
     * @return the newest snapshot, which has the schema unless another writer was faster
     */
    Snapshot put(Snapshot on, StructType schema) throws IOException {
        Metadata metadata = on.getMetadata().withNewSchema(schema);
        Protocol protocol = on.getProtocol();
        Protocol able = protocol;
        if (SchemaEvolution.widens(on.getSchema(), schema)) {
            able = with(TableFeatures.TYPE_WIDENING_RW_FEATURE, able);
            metadata = metadata.withMergedConfiguration(Map.of(WIDENING, "true"));
        }
        if (schema.fields().stream().anyMatch(field -> SchemaEvolution.hasTimestampNtz(field.getDataType()))) {
            able = with(TableFeatures.TIMESTAMP_NTZ_RW_FEATURE, able);
        }
        List<Row> actions = new ArrayList<>();
        if (!able.equals(protocol)) {
            actions.add(SingleAction.createProtocolSingleAction(able.toRow()));
        }
        actions.add(SingleAction.createMetadataSingleAction(metadata.toRow()));
        try {
            TransactionCommitResult result = log.begin(on).commit(log.engine(), Iterators.repeatable(actions));
            FailPoint.SCHEMA_PUT.reached();
            log.schemaCommitted(result);
            LOG.infof(
                    "table=%s event=target-altered version=%d columns=\"%s\" features=%s",
                    log.table(),
                    result.getVersion(),
                    SchemaEvolution.changed(on.getSchema(), schema),
                    able.getReaderFeatures());
        } catch (KernelException | KernelEngineException | CommitStateUnknownException e) {
            LOG.debugf(
                    e,
                    "%s: the version with the new schema is another writer's, or its outcome is not known",
                    log.where());
        }
        return log.reload()
                .orElseThrow(() -> new RetriableException(log.where() + " vanished while its schema was changed"));
    }

    /** From reader version 3 on all of a reader's features are named; version 2 was one of them, version 1 none. */
    private static Protocol with(TableFeature feature, Protocol protocol) {
        if (protocol.supportsFeature(feature)) {
            return protocol;
        }
        Set<String> readers = new TreeSet<>(protocol.getReaderFeatures());
        if (protocol.getMinReaderVersion() == 2) {
            readers.add(TableFeatures.COLUMN_MAPPING_RW_FEATURE.featureName());
        }
        readers.add(feature.featureName());
        Set<String> writers = new TreeSet<>(protocol.getWriterFeatures());
        writers.addAll(readers);
        return new Protocol(READER_VERSION, WRITER_VERSION, readers, writers);
    }
}
