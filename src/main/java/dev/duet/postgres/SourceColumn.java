package dev.duet.postgres;

import dev.duet.inspect.UnreachableException;
import io.vertx.sqlclient.Row;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A column as either database's catalog has it, and whether values of the source's are comparable with the mirror's.
 *
 * @param type as {@code format_type} writes it
 * @param kind {@code typtype} of the type, of the element's for an array: b, c, d, e, m, r
 * @param dimensions declared ones of an array
 * @param collation what its order depends on; empty if on nothing, {@code C} if on the bytes
 * @param late whether it was added with a default for the rows that there were
 */
record SourceColumn(String name, String type, String kind, int dimensions, String collation, boolean late) {
    private static final String QUERY = """
            select a.attname::text, format_type(a.atttypid, a.atttypmod), coalesce(e.typtype, t.typtype)::text, a.attndims::int4,
              case when a.attcollation = 0 then ''
                when o.collname = 'default' then concat_ws(' ', coalesce(to_jsonb(d)->>'datlocprovider', 'c'),
                  coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale', d.datcollate), to_jsonb(d)->>'datcollversion')
                else concat_ws(' ', o.collprovider::text,
                  coalesce(to_jsonb(o)->>'colllocale', to_jsonb(o)->>'colliculocale', o.collcollate), o.collversion) end,
              a.atthasmissing
            from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
            join pg_type t on t.oid = a.atttypid left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
            left join pg_collation o on o.oid = a.attcollation join pg_database d on d.datname = current_database()
            where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
            order by a.attnum""";

    /** Types that are ordered alike everywhere. */
    private static final Set<String> ORDERED = Set.of(
            "smallint",
            "integer",
            "bigint",
            "oid",
            "numeric",
            "uuid",
            "date",
            "bytea",
            "boolean",
            "timestamp without time zone",
            "timestamp with time zone",
            "time without time zone");

    private static final Set<String> INTEGERS = Set.of("smallint", "integer", "bigint", "oid");
    private static final Set<String> TEXTS = Set.of("text", "character varying", "character", "name");
    private static final Set<String> SHAPES = Set.of("box", "lseg", "path", "polygon", "geometry", "geography");

    /**
     * The columns by name, in the table's order; empty if there is no such table.
     *
     * @throws UnreachableException if the server does not tell
     */
    static Map<String, SourceColumn> of(LookSession session, TargetName table) {
        Map<String, SourceColumn> columns = new LinkedHashMap<>();
        for (Row row : session.ask("reading the columns of " + table, QUERY, table.schema(), table.table())) {
            columns.put(
                    row.getString(0),
                    new SourceColumn(
                            row.getString(0),
                            row.getString(1),
                            row.getString(2),
                            row.getInteger(3),
                            bytewise(row.getString(4)),
                            row.getBoolean(5)));
        }
        return columns;
    }

    private static String bytewise(String collation) {
        return collation.matches("b .*|[dc] (C|POSIX|C\\.UTF-?8)( .*)?") ? "C" : collation;
    }

    /** Whether a key of this column has the same order in the other database. */
    boolean isOrderedAs(SourceColumn other) {
        String base = CanonicalSql.base(type);
        String others = CanonicalSql.base(other.type);
        if (ORDERED.contains(base)) {
            return base.equals(others) || (INTEGERS.contains(base) && INTEGERS.contains(others));
        }
        return TEXTS.contains(base) && TEXTS.contains(others) && collation.equals(other.collation);
    }

    /** Why a column of the source's can't be compared with the mirror's; null if it can. */
    @Nullable
    String obstacle(SourceColumn mirror) {
        String base = CanonicalSql.base(type).replace("[]", "");
        if (dimensions > 1) {
            return "Debezium loses arrays of more than one dimension";
        }
        if (SHAPES.contains(base.substring(base.lastIndexOf('.') + 1)) || (kind.equals("c") && type.endsWith("[]"))) {
            return "its type " + type + " has another form in the mirror";
        }
        if (CanonicalSql.base(type).equals("time without time zone[]")) {
            return "Debezium cuts the microseconds of times in arrays";
        }
        return converted(type, mirror.type, "t.x") == null
                ? "it is " + type + " in the source and " + mirror.type + " in the mirror"
                : null;
    }

    /** The canonical text of a column of the source's, as the mirror's has it. */
    String text(SourceColumn mirror, String column) {
        String text = java.util.Objects.requireNonNull(converted(type, mirror.type, column));
        return type.endsWith("[]") && (kind.equals("e") || kind.equals("d"))
                // Debezium sends null for such an array.
                ? "case when array_position(" + column + ", null) is null then " + text + " end"
                : text;
    }

    /** The same as the change log can hold it. */
    String logText(SourceColumn mirror, String column) {
        return mirror.type.startsWith("timestamp") ? CanonicalSql.logText(type, column) : text(mirror, column);
    }

    private static @Nullable String converted(String from, String to, String column) {
        if (from.endsWith("[]") != to.endsWith("[]")) {
            return null;
        }
        if (from.endsWith("[]")) {
            String element = converted(stripped(from), stripped(to), "u.e");
            return element == null ? null : CanonicalSql.array(column, element);
        }
        String source = CanonicalSql.base(from);
        String mirror = CanonicalSql.base(to);
        boolean integers = INTEGERS.contains(source) && (INTEGERS.contains(mirror) || mirror.equals("numeric"));
        if (source.equals(mirror) || integers) {
            return CanonicalSql.text(from, column);
        }
        return switch (mirror) {
            case "text" -> column + "::text";
            case "character varying", "character" -> TEXTS.contains(source) ? column + "::text" : null;
            case "numeric" -> source.equals("money") ? CanonicalSql.text(to, column + "::numeric") : null;
            case "double precision" -> source.equals("real") ? CanonicalSql.text(to, column + "::float8") : null;
            case "jsonb" -> source.endsWith("hstore") ? column + "::jsonb::text" : null;
            case "boolean" -> source.equals("bit") ? "(" + column + " = B'1')::text" : null;
            default -> null;
        };
    }

    private static String stripped(String array) {
        return array.substring(0, array.length() - 2);
    }
}
