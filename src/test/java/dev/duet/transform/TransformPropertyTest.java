package dev.duet.transform;

import static dev.duet.transform.Fixture.change;
import static dev.duet.transform.Fixture.changed;
import static dev.duet.transform.Fixture.schema;
import static dev.duet.transform.Fixture.transforms;
import static dev.duet.transform.Fixture.values;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.TableSchema;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * Property: whatever the history, a mirror that applies the transformed changes holds exactly the source's rows that the filter
 * includes, transformed; and every record is either changed or filtered.
 */
class TransformPropertyTest {
    private static final TableSchema TABLE =
            schema("public.t", "id integer*", "state text", "price numeric(10,2)", "large text");
    private static final String[] STATES = {"open", "closed", null};

    /** A source row; {@code large} is what TOAST may leave out of an update. */
    private record Source(@Nullable String state, BigDecimal price, String large) {}

    private final Map<Integer, Source> source = new HashMap<>();
    private final Map<Object, List<@Nullable Object>> mirror = new HashMap<>();
    private int read;
    private int accounted;

    @RepeatedTest(50)
    void theMirrorHoldsWhatTheFilterIncludes(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        BigDecimal limit = BigDecimal.valueOf(random.nextInt(10_000), 2);
        boolean either = random.nextBoolean();
        Transforms transforms = transforms(
                "f.tables", "public.*",
                "f.where", "state = 'open' " + (either ? "or" : "and") + " price >= " + limit,
                "f.rename.price", "amount",
                "f.cast.id", "text",
                "g.tables", "public.t",
                "g.order", "200",
                "g.add.source_system", "x",
                "g.columns", "id,amount,large");
        for (int i = 0; i < 400; i++) {
            step(random, transforms);
        }
        Predicate<Source> included = row -> {
            boolean open = "open".equals(row.state());
            boolean dear = row.price().compareTo(limit) >= 0;
            return either ? open || dear : open && dear;
        };
        Map<Object, List<@Nullable Object>> expected = new HashMap<>();
        source.forEach((id, row) -> {
            if (included.test(row)) {
                expected.put(id.toString(), List.of(id.toString(), row.price(), row.large(), "x"));
            }
        });
        assertThat(mirror).isEqualTo(expected);
        assertThat(accounted).isEqualTo(read);
    }

    private void step(Random random, Transforms transforms) {
        int id = random.nextInt(20);
        Source before = source.get(id);
        if (random.nextInt(150) == 0) {
            source.clear();
            apply(transforms, change(TABLE, Op.TRUNCATE));
        } else if (before == null || random.nextInt(10) == 0) {
            Op op = before == null ? random.nextInt(4) == 0 ? Op.READ : Op.CREATE : Op.READ;
            Source row = row(random, "large" + random.nextInt());
            source.put(id, row);
            apply(transforms, change(TABLE, op, id, row.state(), row.price(), row.large()));
        } else if (random.nextInt(5) == 0) {
            source.remove(id);
            apply(transforms, change(TABLE, Op.DELETE, id, null, null, null));
        } else {
            // Only a row that the mirror has can take an update that leaves a column out; the others bring all.
            boolean toast = random.nextBoolean() && mirror.containsKey(Integer.toString(id));
            Source row = row(random, toast ? before.large() : "large" + random.nextInt());
            source.put(id, row);
            apply(
                    transforms,
                    change(TABLE, Op.UPDATE, id, row.state(), row.price(), toast ? Row.UNCHANGED : row.large()));
        }
    }

    private static Source row(Random random, String large) {
        return new Source(STATES[random.nextInt(3)], BigDecimal.valueOf(random.nextInt(10_000), 2), large);
    }

    private void apply(Transforms transforms, RowChange change) {
        read++;
        Outcome outcome = transforms.apply(change);
        accounted++;
        if (outcome instanceof Outcome.Filtered) {
            return;
        }
        RowChange result = changed(outcome);
        switch (result.op()) {
            case TRUNCATE -> mirror.clear();
            case DELETE -> mirror.remove(values(result).getFirst());
            case CREATE, READ, UPDATE -> {
                List<@Nullable Object> row = new ArrayList<>(values(result));
                Object key = row.getFirst();
                int large = row.indexOf(Row.UNCHANGED);
                if (large >= 0) {
                    row.set(large, mirror.getOrDefault(key, List.of()).get(large));
                }
                mirror.put(key, row);
            }
        }
    }
}
