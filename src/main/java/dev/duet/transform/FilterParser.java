package dev.duet.transform;

import dev.duet.transform.Filter.Literal;
import dev.duet.transform.Filter.LiteralKind;
import dev.duet.transform.Filter.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a {@link Filter}. One instance for one text. */
final class FilterParser {
    private static final int MAX_DEPTH = 100;

    private static final Pattern SPACE = Pattern.compile("\\s*");
    private static final Pattern WORD = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_$]*");
    private static final Pattern QUOTED = Pattern.compile("\"((?:[^\"]|\"\")+)\"");
    private static final Pattern TEXT = Pattern.compile("'((?:[^']|'')*+)'");
    private static final Pattern NUMBER = Pattern.compile("[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?");
    private static final Pattern OPERATOR = Pattern.compile("<>|!=|<=|>=|=|<|>");

    private final String text;
    private int at;
    private int depth;

    private FilterParser(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException that says what was expected where, without the key */
    static Filter parse(String text) {
        FilterParser parser = new FilterParser(text);
        Filter filter = parser.condition();
        parser.skipSpace();
        if (parser.at < text.length()) {
            throw parser.expected("'and', 'or' or the end");
        }
        return filter;
    }

    private Filter condition() {
        if (++depth > MAX_DEPTH) {
            throw expected("at most " + MAX_DEPTH + " levels");
        }
        Filter left = all();
        while (word("or")) {
            left = new Filter.Or(left, all());
        }
        depth--;
        return left;
    }

    private Filter all() {
        Filter left = part();
        while (word("and")) {
            left = new Filter.And(left, part());
        }
        return left;
    }

    private Filter part() {
        boolean negated = false;
        while (word("not")) {
            negated = !negated;
        }
        Filter part;
        if (symbol("(")) {
            part = condition();
            require(")");
        } else {
            part = test();
        }
        return negated ? new Filter.Not(part) : part;
    }

    private Filter test() {
        String column = column();
        String operator = match(OPERATOR);
        if (operator != null) {
            return new Filter.Compare(column, operator(operator), literal());
        }
        if (word("is")) {
            boolean negated = word("not");
            if (!word("null")) {
                throw expected("'null'");
            }
            return negated ? new Filter.Not(new Filter.IsNull(column)) : new Filter.IsNull(column);
        }
        boolean negated = word("not");
        Filter test;
        if (word("in")) {
            test = new Filter.In(column, literals());
        } else if (word("like")) {
            test = new Filter.Like(column, pattern());
        } else {
            throw expected(negated ? "'in' or 'like'" : "an operator: = <> < <= > >= in like is");
        }
        return negated ? new Filter.Not(test) : test;
    }

    private List<Literal> literals() {
        require("(");
        List<Literal> literals = new ArrayList<>();
        do {
            literals.add(literal());
        } while (symbol(","));
        require(")");
        return literals;
    }

    private String pattern() {
        String quoted = match(TEXT);
        if (quoted == null) {
            throw expected("a pattern in single quotes");
        }
        return unquoted(quoted);
    }

    private String column() {
        skipSpace();
        String quoted = match(QUOTED);
        if (quoted != null) {
            return quoted.substring(1, quoted.length() - 1).replace("\"\"", "\"");
        }
        String name = match(WORD);
        if (name == null) {
            throw expected("a column");
        }
        if (List.of("and", "or", "not", "in", "is", "like", "null", "true", "false")
                .contains(name.toLowerCase(Locale.ROOT))) {
            at -= name.length();
            throw expected("a column (one with this name in double quotes)");
        }
        return name;
    }

    private Literal literal() {
        skipSpace();
        String quoted = match(TEXT);
        if (quoted != null) {
            return new Literal(LiteralKind.TEXT, unquoted(quoted));
        }
        String number = match(NUMBER);
        if (number != null) {
            return new Literal(LiteralKind.NUMBER, number);
        }
        for (String bool : List.of("true", "false")) {
            if (word(bool)) {
                return new Literal(LiteralKind.BOOLEAN, bool);
            }
        }
        throw expected("a number, a text in single quotes, true or false");
    }

    private static String unquoted(String quoted) {
        return quoted.substring(1, quoted.length() - 1).replace("''", "'");
    }

    private static Operator operator(String symbol) {
        return switch (symbol) {
            case "=" -> Operator.EQUAL;
            case "<>", "!=" -> Operator.NOT_EQUAL;
            case "<" -> Operator.LESS;
            case "<=" -> Operator.LESS_OR_EQUAL;
            case ">" -> Operator.GREATER;
            default -> Operator.GREATER_OR_EQUAL;
        };
    }

    private boolean word(String word) {
        skipSpace();
        Matcher matcher = WORD.matcher(text).region(at, text.length());
        if (matcher.lookingAt() && matcher.group().equalsIgnoreCase(word)) {
            at = matcher.end();
            return true;
        }
        return false;
    }

    private boolean symbol(String symbol) {
        skipSpace();
        if (text.startsWith(symbol, at)) {
            at += symbol.length();
            return true;
        }
        return false;
    }

    private void require(String symbol) {
        if (!symbol(symbol)) {
            throw expected("'" + symbol + "'");
        }
    }

    private @Nullable String match(Pattern pattern) {
        skipSpace();
        Matcher matcher = pattern.matcher(text).region(at, text.length());
        if (!matcher.lookingAt()) {
            return null;
        }
        at = matcher.end();
        return matcher.group();
    }

    private void skipSpace() {
        Matcher space = SPACE.matcher(text).region(at, text.length());
        at = space.lookingAt() ? space.end() : at;
    }

    private IllegalArgumentException expected(String what) {
        skipSpace();
        return new IllegalArgumentException("expected " + what + " at character " + (at + 1)
                + (at < text.length()
                        ? ", not '" + text.substring(at, Math.min(text.length(), at + 20)) + "'"
                        : ", the end"));
    }
}
