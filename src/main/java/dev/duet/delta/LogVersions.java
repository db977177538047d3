package dev.duet.delta;

import dev.duet.inspect.LogVersion;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what the versions of a log say of themselves, from their own files. */
final class LogVersions {
    private static final Pattern VERSION = Pattern.compile("(\\d{20})\\.json");
    private static final Pattern RECORDS = Pattern.compile("\"numRecords\"\\s*:\\s*(\\d+)");

    private final Engine engine;
    private final Positions positions;

    LogVersions(Engine engine, Positions positions) {
        this.engine = engine;
        this.positions = positions;
    }

    /** Not a constant: no object of Kernel may be made while the native executable is built. */
    private static StructType actions() {
        StructType commitInfo = new StructType()
                .add("timestamp", LongType.LONG)
                .add("inCommitTimestamp", LongType.LONG)
                .add("operation", StringType.STRING)
                .add("engineInfo", StringType.STRING);
        StructType add = new StructType()
                .add("path", StringType.STRING)
                .add("size", LongType.LONG)
                .add("stats", StringType.STRING);
        return new StructType()
                .add("commitInfo", commitInfo)
                .add("add", add)
                .add("remove", new StructType().add("path", StringType.STRING))
                .add("metaData", new StructType().add("id", StringType.STRING))
                .add(
                        "domainMetadata",
                        new StructType().add("domain", StringType.STRING).add("configuration", StringType.STRING));
    }

    /** The versions whose files are there, from this one on, in ascending order. */
    List<FileStatus> files(TableFileIO io, String path, long from) throws IOException {
        List<FileStatus> files = new ArrayList<>();
        try (CloseableIterator<FileStatus> listed = io.listFrom(Restores.file(path, from))) {
            while (listed.hasNext()) {
                FileStatus file = listed.next();
                if (version(file) >= 0) {
                    files.add(file);
                }
            }
        }
        return files;
    }

    /** The version that a file of the log holds, -1 if it is another one. */
    static long version(FileStatus file) {
        Matcher name = VERSION.matcher(file.getPath().substring(file.getPath().lastIndexOf('/') + 1));
        return name.matches() ? Long.parseLong(name.group(1)) : -1;
    }

    LogVersion read(FileStatus file) throws IOException {
        Counts counts = new Counts();
        try (CloseableIterator<ColumnarBatch> batches = engine.getJsonHandler()
                .readJsonFiles(Iterators.closeable(List.of(file).iterator()), actions(), Optional.empty())) {
            while (batches.hasNext()) {
                try (CloseableIterator<Row> rows = batches.next().getRows()) {
                    rows.forEachRemaining(row -> counts.take(row, positions));
                }
            }
        }
        return new LogVersion(
                version(file),
                Instant.ofEpochMilli(counts.inCommitMillis > 0 ? counts.inCommitMillis : file.getModificationTime()),
                counts.operation,
                counts.engine,
                counts.filesAdded,
                counts.filesRemoved,
                counts.rowsKnown ? counts.rows : -1,
                counts.bytes,
                counts.schemaChanged,
                counts.positions);
    }

    private static final class Counts {
        private String operation = "unknown";
        private @Nullable String engine;
        private long inCommitMillis;
        private long filesAdded;
        private long filesRemoved;
        private long rows;
        private boolean rowsKnown = true;
        private long bytes;
        private boolean schemaChanged;
        private final Map<String, Long> positions = new TreeMap<>();

        void take(Row action, Positions names) {
            StructType actions = action.getSchema();
            for (int kind = 0; kind < actions.length(); kind++) {
                if (action.isNullAt(kind)) {
                    continue;
                }
                Row of = action.getStruct(kind);
                switch (actions.at(kind).getName()) {
                    case "commitInfo" -> commitInfo(of);
                    case "add" -> add(of);
                    case "remove" -> filesRemoved++;
                    case "metaData" -> schemaChanged = true;
                    default -> names.show(of.getString(0), of.getString(1), positions);
                }
            }
        }

        private void commitInfo(Row info) {
            inCommitMillis = info.isNullAt(1) ? 0 : info.getLong(1);
            operation = info.isNullAt(2) ? operation : info.getString(2);
            engine = info.isNullAt(3) ? null : info.getString(3);
        }

        private void add(Row file) {
            filesAdded++;
            bytes += file.getLong(1);
            Matcher records = RECORDS.matcher(file.isNullAt(2) ? "" : file.getString(2));
            if (records.find()) {
                rows += Long.parseLong(records.group(1));
            } else {
                rowsKnown = false;
            }
        }
    }
}
