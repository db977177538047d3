package dev.duet.transform;

import static dev.duet.transform.Fixture.schema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.Row;
import dev.duet.change.TableSchema;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The filter's grammar and its truth, as in SQL. */
class FilterTest {
    private static final TableSchema TABLE = schema(
            "public.t",
            "i integer",
            "n numeric(10,2)",
            "f double precision",
            "t text",
            "c char(5)",
            "b boolean",
            "d date",
            "z timestamptz",
            "u uuid",
            "e text",
            "Odd numeric",
            "x jsonb",
            "r real");

    private static final Row ROW = Row.of(
            7,
            new BigDecimal("1.50"),
            -0.0,
            "50% of it's \\ a_b",
            "ab   ",
            true,
            (int) LocalDate.of(2026, 1, 31).toEpochDay(),
            1_767_323_045_678_901L,
            "11111111-2222-3333-4444-55555555555A",
            null,
            BigDecimal.ONE,
            "{}",
            0.1f);

    private static int possible(String filter) throws Exception {
        return new FilterCompiler(Shape.of(TABLE))
                .compile(FilterParser.parse(filter))
                .possible(ROW);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "i = 7",
                "i=7",
                "i <> 8 AND i != 9 and i < 8 and i <= 7 and i > -1 and i >= +7",
                "i in (1, 7,9)",
                "i not in (1, 2)",
                "not i = 8",
                "not not i = 7",
                "n = 1.5 and n > 1.499 and n < 1e1",
                "f = 0 and f >= -1.5e-3",
                "r = 0.1",
                "t = '50% of it''s \\ a_b'",
                "t like '50\\% of%'",
                "t like '%a\\_b' and t like '%it_s%' and not t like 'x%'",
                "t not like '50'",
                "c = 'ab' and c like 'a_'",
                "b = true and b <> FALSE",
                "d = '2026-01-31' and d < 'infinity'",
                "z = '2026-01-02 03:04:05.678901+00' and z >= '2026-01-02T05:04:05+02:00'",
                "u = '11111111-2222-3333-4444-55555555555a'",
                "e is null",
                "t is not null and x is not null",
                "\"Odd\" = 1",
                "(i = 7 or i = 8) and (n > 1)",
                "i = 8 and i = 9 or i = 7",
                "e = 'x' or i = 7",
            })
    void holds(String filter) throws Exception {
        assertThat(possible(filter)).as(filter).isEqualTo(Condition.TRUE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "i = 8",
                "not i = 7",
                "i = 7 and (n > 2 or b = false)",
                "t like '50%x'",
                "t like ''",
                "c = 'abc'",
                "e is not null",
                "e = 'x' and i = 8",
                "not (e = 'x' or i = 7)"
            })
    void doesNotHold(String filter) throws Exception {
        assertThat(possible(filter)).as(filter).isEqualTo(Condition.FALSE);
    }

    /** A comparison with null is unknown, and so is its contrary. */
    @ParameterizedTest
    @ValueSource(strings = {"e = 'x'", "not e = 'x'", "e not in ('a')", "e = 'x' and i = 7", "e like '%' or i = 8"})
    void isUnknown(String filter) throws Exception {
        assertThat(possible(filter)).as(filter).isEqualTo(Condition.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~~ | expected a column at character 1, the end",
                "price >> 1 | expected a number, a text in single quotes, true or false at character 8, not '> 1'",
                "price > 1 and | expected a column at character 14, the end",
                "price > 1 2 | expected 'and', 'or' or the end at character 11, not '2'",
                "(price > 1 | expected ')' at character 11, the end",
                "price like 1 | expected a pattern in single quotes at character 12, not '1'",
                "price in 1 | expected '(' at character 10",
                "price is 5 | expected 'null' at character 10",
                "price not 5 | expected 'in' or 'like' at character 11",
                "name = 'x | expected a number, a text in single quotes, true or false at character 8, not ''x'",
                "or = 1 | expected a column (one with this name in double quotes) at character 1",
                "name = name2 | expected a number, a text in single quotes",
            })
    void whatIsWrongAndWhere(String filter, String message) {
        assertThatThrownBy(() -> FilterParser.parse(filter.replace("~", "")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void depthIsBounded() {
        assertThatThrownBy(() -> FilterParser.parse("(".repeat(5000) + "a = 1" + ")".repeat(5000)))
                .hasMessageContaining("at most 100 levels");
        assertThat(FilterParser.parse("a = 1" + " or a = 2".repeat(500))).isNotNull();
    }

    @Test
    void wildcardsDontExplode() {
        LikePattern pattern = LikePattern.parse("%a".repeat(500) + "b");
        assertThat(pattern.matches("a".repeat(20_000))).isFalse();
        assertThat(LikePattern.parse("a_c").matches("a😀c")).isTrue();
    }

    @Test
    void onlyNullTestsForDocuments() {
        assertThatThrownBy(() -> possible("x = '{}'"))
                .isInstanceOf(Unusable.class)
                .hasMessageContaining("can only be tested with is null");
    }

    /** The set of possible answers is exactly what trying all values for the unsent columns gives. */
    @Test
    void unsentColumnsLeaveEveryAnswerOpenThatSomeValueGives() throws Exception {
        TableSchema two = schema("public.t", "a boolean", "b boolean", "c boolean");
        List<String> filters = List.of(
                "a = true and b = true",
                "a = true or b = true",
                "not (a = true and not b = true)",
                "(a = true or c = true) and (b = true or c = true)",
                "not (a = true or (b = true and c = true))");
        for (String filter : filters) {
            Condition condition = new FilterCompiler(Shape.of(two)).compile(FilterParser.parse(filter));
            for (Object b : new Object[] {true, false, Row.UNCHANGED}) {
                for (Object c : new Object[] {true, false}) {
                    int expected = 0;
                    for (Object bValue : b == Row.UNCHANGED ? new Object[] {true, false} : new Object[] {b}) {
                        for (Object aValue : new Object[] {true, false}) {
                            expected |= condition.possible(Row.of(aValue, bValue, c));
                        }
                    }
                    assertThat(condition.possible(Row.of(Row.UNCHANGED, b, c)))
                            .as(filter)
                            .isEqualTo(expected);
                }
            }
        }
    }
}
