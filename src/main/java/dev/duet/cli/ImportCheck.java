package dev.duet.cli;

import dev.duet.change.TableSchema;
import dev.duet.cli.FieldSource.Fields;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads files to find the rows that can't be imported, and keys that occur twice: of two rows of one key neither is the right one. Holds
 * about a hundred bytes for each row.
 */
final class ImportCheck {
    private static final int SHOWN = 100;

    private final ImportRows rows;
    private final char delimiter;
    private final Format format;
    private final Map<Hash, String> seen = new HashMap<>();
    private final List<Bad> bad = new ArrayList<>();
    private long badRows;
    private long count;

    ImportCheck(TableSchema schema, char delimiter, Format format) {
        this.rows = new ImportRows(schema);
        this.delimiter = delimiter;
        this.format = format;
    }

    private record Bad(Path file, long line, String reason) {}

    /** 128 bits of a key's SHA-256. */
    private record Hash(long high, long low) {
        static Hash of(String key) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
                java.nio.ByteBuffer bytes = java.nio.ByteBuffer.wrap(digest);
                return new Hash(bytes.getLong(), bytes.getLong());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
    }

    /** Whether all rows are sound; prints those that are not. */
    boolean passes(List<Path> files) throws IOException {
        for (Path file : files) {
            check(file);
        }
        if (badRows > 0) {
            print();
        }
        return badRows == 0;
    }

    /** How many rows were read. */
    long rows() {
        return count;
    }

    private void check(Path file) throws IOException {
        try (FieldSource source = open(file, delimiter)) {
            for (Fields record = source.next(); record != null; record = source.next()) {
                count++;
                try {
                    String here = "line " + record.line() + " of " + file;
                    String first = seen.putIfAbsent(Hash.of(rows.key(rows.row(record))), here);
                    if (first != null) {
                        note(file, record.line(), "its key was there before, in " + first);
                    }
                } catch (ImportRows.BadRow e) {
                    note(file, record.line(), String.valueOf(e.getMessage()));
                }
            }
        } catch (FieldSource.Unreadable e) {
            note(file, e.line(), e.getMessage() + "; what follows was not read");
        } catch (CharacterCodingException e) {
            note(file, 0, "it is not in UTF-8");
        }
    }

    private void note(Path file, long line, String reason) {
        badRows++;
        if (bad.size() < SHOWN) {
            bad.add(new Bad(file, line, reason));
        }
    }

    private void print() {
        PrintStream out = Answer.out();
        if (format == Format.JSON) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("badRows", badRows);
            json.put("shown", bad.stream().map(ImportCheck::json).toList());
            Answer.print(out, json);
        } else {
            bad.forEach(one -> out.println(one.file() + ":" + one.line() + ": " + one.reason()));
            out.println(badRows + " bad rows of " + count
                    + (badRows > SHOWN ? ", the first " + SHOWN + " are shown" : "") + "; nothing was imported");
            out.flush();
        }
    }

    private static Map<String, Object> json(Bad bad) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("file", bad.file());
        json.put("line", bad.line());
        json.put("reason", bad.reason());
        return json;
    }

    static void report(Format format, long sent, long same) {
        PrintStream out = Answer.out();
        if (format == Format.JSON) {
            Map<String, @Nullable Object> json = new LinkedHashMap<>();
            json.put("written", sent);
            json.put("unchanged", same);
            Answer.print(out, json);
        } else {
            out.println(sent + " rows written to both sinks, " + same + " were there already");
            out.flush();
        }
    }

    /** @throws IllegalArgumentException if its ending tells no format, or it is not there */
    static FieldSource open(Path file, char delimiter) throws IOException, FieldSource.Unreadable {
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException("the file " + file + " is not there or can't be read");
        }
        String name = file.toString().toLowerCase(Locale.ROOT);
        boolean csv = name.endsWith(".csv");
        if (!csv && !name.endsWith(".json") && !name.endsWith(".ndjson") && !name.endsWith(".jsonl")) {
            throw new IllegalArgumentException(
                    "the ending of " + file + " tells no format: rename it to .json, .ndjson, .jsonl or .csv");
        }
        Reader text = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        return csv ? new CsvFields(text, delimiter) : new JsonFields(text);
    }
}
