package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import java.io.IOException;

/** Integers, floats and booleans. */
final class NumberReaders {
    private NumberReaders() {}

    static Object bool(JsonParser json) throws BadValue {
        return switch (json.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw new BadValue("expected true or false");
        };
    }

    static Object int16(JsonParser json) throws IOException, BadValue {
        return (short) integer(json, Short.MIN_VALUE, Short.MAX_VALUE, "expected a 16-bit integer");
    }

    static Object int32(JsonParser json) throws IOException, BadValue {
        return (int) integer(json, Integer.MIN_VALUE, Integer.MAX_VALUE, "expected a 32-bit integer");
    }

    static Object int64(JsonParser json) throws IOException, BadValue {
        return integer(json, Long.MIN_VALUE, Long.MAX_VALUE, "expected a 64-bit integer");
    }

    static long integer(JsonParser json, long min, long max, String expectation) throws IOException, BadValue {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw new BadValue(expectation);
        }
        try {
            long value = json.getLongValue();
            if (value >= min && value <= max) {
                return value;
            }
        } catch (InputCoercionException e) {
            // More than 64 bits; Jackson's message quotes the number.
        }
        throw new BadValue(expectation);
    }

    static Object float64(JsonParser json) throws IOException, BadValue {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return special(json.getText());
        }
        expectNumber(json);
        return finite(Double.parseDouble(json.getText()));
    }

    /** By way of its text: a detour through double could round twice. */
    static Object float32(JsonParser json) throws IOException, BadValue {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return (float) special(json.getText());
        }
        expectNumber(json);
        float value = Float.parseFloat(json.getText());
        finite(value);
        return value;
    }

    private static void expectNumber(JsonParser json) throws BadValue {
        if (!json.currentToken().isNumeric()) {
            throw new BadValue("expected a number");
        }
    }

    private static double finite(double value) throws BadValue {
        if (Double.isInfinite(value)) {
            throw new BadValue("expected a number within the type's range");
        }
        return value;
    }

    /** What JSON has no numbers for comes as text, in the spelling of Java. */
    private static double special(String text) throws BadValue {
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw new BadValue("expected a number, NaN, Infinity or -Infinity");
        };
    }
}
