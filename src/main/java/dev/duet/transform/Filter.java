package dev.duet.transform;

import java.util.List;

/**
 * A parsed condition, its columns and literals not yet checked against a table.
 *
 * <pre>
 * condition := all { "or" all }
 * all       := part { "and" part }
 * part      := "not" part | "(" condition ")" | test
 * test      := column ( "=" | "&lt;&gt;" | "!=" | "&lt;" | "&lt;=" | "&gt;" | "&gt;=" ) literal
 *            | column [ "not" ] "in" "(" literal { "," literal } ")"
 *            | column [ "not" ] "like" 'pattern'
 *            | column "is" [ "not" ] "null"
 * column    := letters, digits and _ as the source has them, or any name in double quotes
 * literal   := number | 'text' | true | false          a quote within is written twice
 * </pre>
 */
sealed interface Filter {
    record Or(Filter left, Filter right) implements Filter {}

    record And(Filter left, Filter right) implements Filter {}

    record Not(Filter inner) implements Filter {}

    record Compare(String column, Operator operator, Literal literal) implements Filter {}

    record In(String column, List<Literal> literals) implements Filter {}

    /** @param pattern {@code %} any characters, {@code _} one, a backslash before each makes it plain */
    record Like(String column, String pattern) implements Filter {}

    record IsNull(String column) implements Filter {}

    enum Operator {
        EQUAL,
        NOT_EQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL;

        boolean isOrder() {
            return this != EQUAL && this != NOT_EQUAL;
        }

        /** Whether a comparison with this result holds. */
        boolean holds(int comparison) {
            return switch (this) {
                case EQUAL -> comparison == 0;
                case NOT_EQUAL -> comparison != 0;
                case LESS -> comparison < 0;
                case LESS_OR_EQUAL -> comparison <= 0;
                case GREATER -> comparison > 0;
                case GREATER_OR_EQUAL -> comparison >= 0;
            };
        }
    }

    /** @param text its text, of a {@link LiteralKind#TEXT} without the quotes */
    record Literal(LiteralKind kind, String text) {}

    enum LiteralKind {
        NUMBER,
        TEXT,
        BOOLEAN
    }
}
