package dev.duet.postgres;

import dev.duet.inspect.HashedTable;
import dev.duet.inspect.KeyHash;
import dev.duet.inspect.RangeDigest;
import dev.duet.inspect.RowKey;
import dev.duet.inspect.RowState;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A table of one database, by the statements that hash it there. */
final class LookedTable implements HashedTable {
    private final LookSession session;
    private final TargetName name;
    private final List<KeyColumn> key;
    private final List<String> texts;
    private final String hash;

    /**
     * A column of the key.
     *
     * @param type as {@code format_type} writes it
     */
    record KeyColumn(String name, String type) {
        String quoted() {
            return "t." + TargetName.quote(name);
        }

        /** A key's text as its value; without a length, which would cut. */
        String value(String text) {
            String base = CanonicalSql.base(type);
            return text + "::" + (base.equals("character") ? "bpchar" : base.equals("bit") ? "varbit" : type);
        }
    }

    /**
     * @param texts the canonical texts of the compared columns, of {@code t}
     * @param hash the row's hash
     */
    LookedTable(LookSession session, TargetName name, List<KeyColumn> key, List<String> texts, String hash) {
        this.session = session;
        this.name = name;
        this.key = List.copyOf(key);
        this.texts = List.copyOf(texts);
        this.hash = hash;
    }

    @Override
    public long estimate() {
        String sql =
                "select case when reltuples < 0 then pg_relation_size(c.oid) / 64 else reltuples::int8 end from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                        + " where n.nspname = $1 and c.relname = $2";
        return session.one(doing("estimating"), sql, name.schema(), name.table())
                .getLong(0);
    }

    @Override
    public @Nullable RowKey boundary(@Nullable RowKey after, @Nullable RowKey upTo, int rows) {
        String sql = "select " + keyTexts() + " from " + name.quoted() + " t" + where(after, upTo) + order()
                + " offset " + (rows - 1) + " limit 1";
        for (Row row : session.ask(doing("looking for the next range in"), sql, parameters(after, upTo))) {
            return keyOf(row, 0);
        }
        return null;
    }

    @Override
    public RangeDigest digest(@Nullable RowKey after, @Nullable RowKey upTo) {
        String sql = "select count(*), coalesce(sum(" + hash + "), 0)::text from " + name.quoted() + " t"
                + where(after, upTo);
        Row row = session.one(doing("hashing a range of"), sql, parameters(after, upTo));
        return new RangeDigest(row.getLong(0), row.getString(1));
    }

    @Override
    public List<KeyHash> rows(@Nullable RowKey after, @Nullable RowKey upTo, int limit) {
        String sql = "select " + keyTexts() + ", " + hash + " from " + name.quoted() + " t" + where(after, upTo)
                + order() + " limit " + limit;
        List<KeyHash> rows = new ArrayList<>();
        session.ask(doing("reading keys and hashes of"), sql, parameters(after, upTo))
                .forEach(row -> rows.add(new KeyHash(keyOf(row, 0), row.getLong(key.size()))));
        return rows;
    }

    @Override
    public Map<RowKey, RowState> find(Collection<RowKey> keys, boolean values) {
        String arrays = IntStream.range(0, key.size())
                .mapToObj(i -> "$" + (i + 1) + "::text[]")
                .collect(Collectors.joining(", "));
        String names = IntStream.range(0, key.size()).mapToObj(i -> "k" + i).collect(Collectors.joining(", "));
        String same = IntStream.range(0, key.size())
                .mapToObj(i -> key.get(i).quoted() + " = " + key.get(i).value("u.k" + i))
                .collect(Collectors.joining(" and "));
        Function<String, String> column =
                values ? text -> text : text -> "hashtextextended((" + text + ") collate \"C\", 0)::text";
        String columns = texts.stream().map(column).collect(Collectors.joining(", "));
        String sql = "select " + keyTexts() + ", " + hash + ", t.xmin::text || t.ctid::text, array[" + columns
                + "]::text[] from unnest(" + arrays + ") as u(" + names + ") join " + name.quoted() + " t on " + same;
        Object[] parameters = IntStream.range(0, key.size())
                .mapToObj(i -> keys.stream().map(one -> one.values().get(i)).toArray(String[]::new))
                .toArray();
        Map<RowKey, RowState> found = new HashMap<>();
        for (Row row : session.ask(doing("looking at single rows of"), sql, parameters)) {
            List<@Nullable String> of = new ArrayList<>();
            for (String one : row.getArrayOfStrings(key.size() + 2)) {
                of.add(one);
            }
            found.put(keyOf(row, 0), new RowState(row.getLong(key.size()), row.getString(key.size() + 1), of));
        }
        return found;
    }

    private RowKey keyOf(Row row, int from) {
        return new RowKey(IntStream.range(0, key.size())
                .mapToObj(i -> row.getString(from + i))
                .toList());
    }

    private String keyTexts() {
        return key.stream()
                .map(column -> CanonicalSql.keyText(column.type(), column.quoted()))
                .collect(Collectors.joining(", "));
    }

    private String order() {
        return key.stream().map(KeyColumn::quoted).collect(Collectors.joining(", ", " order by ", ""));
    }

    /** A comparison of rows, which the key's index serves. */
    private String where(@Nullable RowKey after, @Nullable RowKey upTo) {
        List<String> conditions = new ArrayList<>();
        String columns = key.stream().map(KeyColumn::quoted).collect(Collectors.joining(", ", "(", ")"));
        int parameter = 1;
        if (after != null) {
            conditions.add(columns + " > " + values(parameter));
            parameter += key.size();
        }
        if (upTo != null) {
            conditions.add(columns + " <= " + values(parameter));
        }
        return conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
    }

    private String values(int firstParameter) {
        return IntStream.range(0, key.size())
                .mapToObj(i -> key.get(i).value("$" + (firstParameter + i) + "::text"))
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private static Object[] parameters(@Nullable RowKey after, @Nullable RowKey upTo) {
        List<Object> parameters = new ArrayList<>();
        if (after != null) {
            parameters.addAll(after.values());
        }
        if (upTo != null) {
            parameters.addAll(upTo.values());
        }
        return parameters.toArray();
    }

    private String doing(String what) {
        return what + " " + name;
    }
}
