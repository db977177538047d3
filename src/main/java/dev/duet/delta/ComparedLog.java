package dev.duet.delta;

import dev.duet.inspect.LogAt;
import dev.duet.inspect.LogField;
import dev.duet.inspect.LoggedChange;
import dev.duet.inspect.MirrorColumn;
import dev.duet.inspect.NotCompared;
import dev.duet.inspect.RowKey;
import dev.duet.inspect.TextHash;
import dev.duet.inspect.UnreachableException;
import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.exceptions.TableNotFoundException;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A change log at one version, read as keys and hashes. */
final class ComparedLog implements LogAt {
    private static final int LISTINGS = 5;
    private static final Set<String> INFINITIES = Set.of("infinity", "-infinity");

    private final String path;
    private final Engine engine;
    private final NonFiniteForm nonFinite;
    private final List<MirrorColumn> mirror;
    private final @Nullable Snapshot snapshot;
    private final Set<String> without;
    private final Set<String> files = new HashSet<>();
    private final List<LogField> fields = new ArrayList<>();
    private final List<CanonicalText> texts = new ArrayList<>();
    private final List<CanonicalText> keyTexts = new ArrayList<>();
    private final List<NotCompared> notCompared = new ArrayList<>();
    private final Map<String, Integer> partitions;
    private long changes;
    private long foreign;

    private ComparedLog(
            String path,
            Engine engine,
            NonFiniteForm nonFinite,
            List<MirrorColumn> mirror,
            Set<String> without,
            Map<String, Integer> partitions) {
        this.path = path;
        this.engine = engine;
        this.nonFinite = nonFinite;
        this.mirror = mirror;
        this.without = without;
        this.partitions = partitions;
        this.snapshot = load();
    }

    /** @throws UnreachableException if the store does not answer, or the log can't be read */
    static ComparedLog open(String path, Engine engine, NonFiniteForm nonFinite, List<MirrorColumn> mirror) {
        ComparedLog log = new ComparedLog(path, engine, nonFinite, mirror, Set.of(), new HashMap<>());
        log.reading(() -> {
            log.list();
            log.compare(log.leftOut());
        });
        return log;
    }

    @Override
    public LogAt newer() {
        Set<String> known = new HashSet<>(without);
        known.addAll(files);
        ComparedLog newer = new ComparedLog(path, engine, nonFinite, mirror, known, partitions);
        newer.reading(newer::list);
        newer.fields.addAll(fields);
        newer.texts.addAll(texts);
        newer.keyTexts.addAll(keyTexts);
        return newer;
    }

    private @Nullable Snapshot load() {
        for (int attempt = 1; ; attempt++) {
            try {
                return TableManager.loadSnapshot(path).build(engine);
            } catch (TableNotFoundException e) {
                return null;
            } catch (IllegalArgumentException e) {
                // Another writer was faster than the listing of the log, as in OpenTable.
                if (attempt == LISTINGS || !String.valueOf(e.getMessage()).startsWith("checksum version")) {
                    throw unreadable(e);
                }
            } catch (KernelException | UncheckedIOException e) {
                throw unreadable(e);
            }
        }
    }

    private interface Reading {
        void run() throws IOException;
    }

    private void reading(Reading reading) {
        try {
            if (snapshot != null) {
                reading.run();
            }
        } catch (IOException | KernelException | UncheckedIOException e) {
            throw unreadable(e);
        }
    }

    private UnreachableException unreadable(Exception e) {
        return new UnreachableException("the Delta table at " + path + " can't be read: " + e.getMessage());
    }

    private LogScan scan() {
        return new LogScan(engine, Objects.requireNonNull(snapshot));
    }

    private void list() throws IOException {
        scan().files(file -> {
            if (!without.contains(file.getPath())) {
                files.add(file.getPath());
                changes += file.getNumRecords().orElse(100_000L);
            }
        });
    }

    /** The columns that some update has left out. */
    private Set<String> leftOut() throws IOException {
        Set<String> names = new HashSet<>();
        StructField unchanged = field(AddedColumn.UNCHANGED.columnName());
        if (unchanged != null) {
            scan().rows(new StructType().add(unchanged), Set.of(), (batch, row) -> {
                ColumnVector vector = batch.getColumnVector(0);
                if (!vector.isNullAt(row)) {
                    names.addAll(names(vector, row));
                }
            });
        }
        return names;
    }

    private static List<String> names(ColumnVector vector, int row) {
        var array = vector.getArray(row);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < array.getSize(); i++) {
            names.add(array.getElements().getString(i));
        }
        return names;
    }

    private @Nullable StructField field(String name) {
        StructType schema = Objects.requireNonNull(snapshot).getSchema();
        int at = schema.indexOf(name);
        return at < 0 ? null : schema.at(at);
    }

    private void compare(Set<String> leftOut) {
        for (MirrorColumn column : mirror) {
            StructField field = field(column.name());
            CanonicalText text = field == null ? null : CanonicalText.of(field.getDataType(), column.type());
            String why = obstacle(column, field, text);
            if (why != null || text == null || field == null) {
                notCompared.add(new NotCompared(column.name(), "delta", String.valueOf(why)));
            } else {
                fields.add(new LogField(column.name(), leftOut.contains(column.name()), asNull(field)));
                texts.add(text);
            }
        }
        for (MirrorColumn column : key()) {
            StructField field = field(column.name());
            CanonicalText text = field == null ? null : CanonicalText.of(field.getDataType(), column.type());
            if (field == null
                    || text == null
                    || field.getDataType() instanceof FloatType
                    || field.getDataType() instanceof DoubleType
                    || field.getDataType() instanceof ArrayType) {
                fields.clear();
                notCompared.clear();
                notCompared.add(
                        new NotCompared("*", "delta", "the key's column " + column.name() + " can't be compared"));
                return;
            }
            keyTexts.add(text);
        }
    }

    private List<MirrorColumn> key() {
        return mirror.stream()
                .filter(column -> column.keyPlace() >= 0)
                .sorted(Comparator.comparingInt(MirrorColumn::keyPlace))
                .toList();
    }

    private @Nullable String obstacle(MirrorColumn column, @Nullable StructField field, @Nullable CanonicalText text) {
        if (field == null) {
            return "the change log has no such column";
        }
        if (column.addedLate()) {
            return "it was added with a default, which the log's older rows don't have";
        }
        if (text == null) {
            return "a " + column.type() + " is written otherwise in the log";
        }
        return field.getDataType() instanceof ArrayType array
                        && !asNull(array.getElementField()).isEmpty()
                ? "the log has null for some of its elements, by configuration"
                : null;
    }

    private Set<String> asNull(StructField field) {
        return switch (field.getDataType()) {
            case DecimalType ignored -> nonFinite.nan() == NonFiniteForm.Nan.NULL ? Set.of("NaN") : Set.of();
            case io.delta.kernel.types.DateType ignored -> infinities();
            case io.delta.kernel.types.TimestampType ignored -> infinities();
            case io.delta.kernel.types.TimestampNTZType ignored -> infinities();
            default -> Set.of();
        };
    }

    private Set<String> infinities() {
        return nonFinite.infinity() == NonFiniteForm.Infinity.NULL ? INFINITIES : Set.of();
    }

    @Override
    public long version() {
        return snapshot == null ? -1 : snapshot.getVersion();
    }

    @Override
    public long changes() {
        return changes;
    }

    @Override
    public List<LogField> fields() {
        return fields;
    }

    @Override
    public List<NotCompared> notCompared() {
        List<NotCompared> all = new ArrayList<>(notCompared);
        if (foreign > 0) {
            all.add(new NotCompared("*", "delta", foreign + " rows that Duet did not write are left out"));
        }
        return all;
    }

    @Override
    public void read(Consumer<LoggedChange> to) {
        reading(() -> {
            Columns columns = new Columns();
            scan().rows(columns.schema, without, (batch, row) -> {
                LoggedChange change = columns.change(batch, row);
                if (change == null) {
                    foreign++;
                } else {
                    to.accept(change);
                }
            });
        });
    }

    /** Where a batch has what is asked of it. */
    private final class Columns {
        final StructType schema;
        private final int firstKey = fields.size();
        private final Map<AddedColumn, Integer> added = new EnumMap<>(AddedColumn.class);

        Columns() {
            StructType all = new StructType();
            Set<String> names = new HashSet<>();
            List<String> wanted = new ArrayList<>();
            fields.forEach(one -> wanted.add(one.name()));
            key().forEach(one -> wanted.add(one.name()));
            for (AddedColumn column : AddedColumn.values()) {
                if (column != AddedColumn.DATE) {
                    added.put(column, wanted.size());
                    wanted.add(column.columnName());
                }
            }
            this.places = new int[wanted.size()];
            for (int i = 0; i < places.length; i++) {
                if (names.add(wanted.get(i))) {
                    all = all.add(Objects.requireNonNull(field(wanted.get(i)), wanted.get(i)));
                }
                places[i] = all.indexOf(wanted.get(i));
            }
            this.schema = all;
        }

        private final int[] places;

        private ColumnVector vector(ColumnarBatch batch, int wanted) {
            return batch.getColumnVector(places[wanted]);
        }

        private ColumnVector added(ColumnarBatch batch, AddedColumn column) {
            return vector(batch, Objects.requireNonNull(added.get(column)));
        }

        /** Null for a row of another engine's. */
        @Nullable
        LoggedChange change(ColumnarBatch batch, int row) {
            ColumnVector ops = added(batch, AddedColumn.OP);
            if (ops.isNullAt(row) || added(batch, AddedColumn.OFFSET).isNullAt(row)) {
                return null;
            }
            String op = ops.getString(row);
            List<String> key = new ArrayList<>();
            for (int i = 0; i < keyTexts.size(); i++) {
                ColumnVector vector = vector(batch, firstKey + i);
                if (!vector.isNullAt(row)) {
                    key.add(keyTexts.get(i).of(vector, row));
                }
            }
            boolean rowless = op.equals("t") || op.equals("d");
            ColumnVector unchanged = added(batch, AddedColumn.UNCHANGED);
            Set<String> leftOut = rowless || unchanged.isNullAt(row) ? Set.of() : Set.copyOf(names(unchanged, row));
            String partition = added(batch, AddedColumn.TOPIC).getString(row) + "-"
                    + added(batch, AddedColumn.PARTITION).getInt(row);
            List<@Nullable String> separate = new ArrayList<>();
            return new LoggedChange(
                    op,
                    key.size() == keyTexts.size() && !op.equals("t") ? new RowKey(key) : null,
                    partitions.computeIfAbsent(partition, p -> partitions.size()),
                    added(batch, AddedColumn.OFFSET).getLong(row),
                    added(batch, AddedColumn.LSN).getLong(row),
                    added(batch, AddedColumn.SOURCE_TS_MS).getLong(row),
                    rowless ? 0 : hashes(batch, row, leftOut, separate),
                    fields.stream().allMatch(field -> field.separate() || !leftOut.contains(field.name())),
                    separate);
        }

        /** The hash of the columns that stand together; the others' go into the list. */
        private long hashes(ColumnarBatch batch, int row, Set<String> leftOut, List<@Nullable String> separate) {
            StringBuilder together = new StringBuilder();
            boolean first = true;
            for (int i = 0; i < fields.size(); i++) {
                ColumnVector vector = vector(batch, i);
                String hash = vector.isNullAt(row)
                        ? TextHash.NULL
                        : Long.toString(TextHash.of(texts.get(i).of(vector, row)));
                if (fields.get(i).separate()) {
                    separate.add(leftOut.contains(fields.get(i).name()) ? null : hash);
                } else {
                    together.append(first ? "" : ",").append(hash);
                    first = false;
                }
            }
            return TextHash.of(together.toString());
        }
    }
}
