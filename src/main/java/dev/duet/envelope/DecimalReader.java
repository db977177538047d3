package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.duet.change.NonFinite;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Decimals in each {@code decimal.handling.mode}, exactly: nothing goes through a double and nothing is rounded.
 *
 * <pre>
 * string     "123.456789"                            form TEXT
 * double     123.456789                              a JSON number; read by its text, in every form
 * precise    "B1vNFQ=="                              form UNSCALED: base64 of the unscaled two's complement
 * precise    {"scale":9,"value":"AT8g..."}           numeric without a precision; read in every form
 * </pre>
 */
final class DecimalReader implements ValueReader {
    /** What a JSON string in place of a decimal means. */
    enum Form {
        TEXT,
        UNSCALED,
        /** Strings are none. */
        OTHER
    }

    /** PostgreSQL's numeric ends here (documentation, "Numeric Types"). */
    private static final int MAX_INTEGER_DIGITS = 131_072;

    private static final int MAX_SCALE = 16_383;
    private static final int MAX_LENGTH = MAX_INTEGER_DIGITS + MAX_SCALE + 16;
    private static final int MAX_LONG_DIGITS = 18;

    private final Form form;
    private final int wireScale;
    private final int precision;
    private final int scale;

    private DecimalReader(Form form, int wireScale, int precision, int scale) {
        this.form = form;
        this.wireScale = wireScale;
        this.precision = precision;
        this.scale = scale;
    }

    /** @param wireScale the scale of unscaled values */
    static DecimalReader decimal(Form form, int wireScale, int precision, int scale) {
        return new DecimalReader(form, wireScale, precision, scale);
    }

    /** Any digits; the value keeps its own scale. */
    static DecimalReader numeric(Form form, int wireScale) {
        return new DecimalReader(form, wireScale, 0, 0);
    }

    @Override
    public Object read(JsonParser json) throws IOException, BadValue {
        return switch (json.currentToken()) {
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> fit(fromText(json));
            case VALUE_STRING -> {
                NonFinite special = form == Form.UNSCALED ? null : nonFinite(json);
                yield special == null ? fit(fromString(json)) : special;
            }
            case START_OBJECT -> fit(fromStruct(json));
            default -> throw new BadValue("expected a decimal");
        };
    }

    private BigDecimal fromString(JsonParser json) throws IOException, BadValue {
        return switch (form) {
            case TEXT -> fromText(json);
            case UNSCALED -> new BigDecimal(unscaled(json), wireScale);
            case OTHER -> throw new BadValue("expected a decimal as a number");
        };
    }

    private static BigDecimal fromText(JsonParser json) throws IOException, BadValue {
        char[] chars = json.getTextCharacters();
        int from = json.getTextOffset();
        int length = json.getTextLength();
        if (length <= MAX_LONG_DIGITS) {
            BigDecimal small = small(chars, from, from + length);
            if (small != null) {
                return small;
            }
        }
        if (length > MAX_LENGTH) {
            throw new BadValue("expected a decimal within PostgreSQL's range");
        }
        try {
            return new BigDecimal(chars, from, length);
        } catch (NumberFormatException e) {
            throw new BadValue("expected a decimal as text");
        }
    }

    /** The common case, plain digits that fit into a long; null for all others. */
    private static @Nullable BigDecimal small(char[] chars, int from, int to) {
        boolean negative = from < to && chars[from] == '-';
        long unscaled = 0;
        int point = -1;
        int first = negative ? from + 1 : from;
        for (int i = first; i < to; i++) {
            char c = chars[i];
            if (c >= '0' && c <= '9') {
                unscaled = unscaled * 10 + (c - '0');
            } else if (c == '.' && point < 0 && i > first && i < to - 1) {
                point = i;
            } else {
                return null;
            }
        }
        if (first == to) {
            return null;
        }
        return BigDecimal.valueOf(negative ? -unscaled : unscaled, point < 0 ? 0 : to - 1 - point);
    }

    private BigDecimal fromStruct(JsonParser json) throws IOException, BadValue {
        BigInteger unscaled = null;
        int valueScale = 0;
        boolean hasScale = false;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            json.nextToken();
            if (field.equals("scale")) {
                valueScale = (int) NumberReaders.integer(
                        json, -MAX_INTEGER_DIGITS, MAX_SCALE, "expected a scale within PostgreSQL's range");
                hasScale = true;
            } else if (field.equals("value")) {
                unscaled = unscaled(json);
            } else {
                throw new BadValue("expected a decimal as {scale, value}");
            }
        }
        if (unscaled == null || !hasScale) {
            throw new BadValue("expected a decimal as {scale, value}");
        }
        return new BigDecimal(unscaled, valueScale);
    }

    private static BigInteger unscaled(JsonParser json) throws IOException, BadValue {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw new BadValue("expected an unscaled value in base64");
        }
        byte[] bytes = TextReaders.base64(json.getText(), Base64.getDecoder());
        if (bytes.length == 0 || bytes.length > MAX_LENGTH) {
            throw new BadValue("expected an unscaled value in base64");
        }
        return new BigInteger(bytes);
    }

    private BigDecimal fit(BigDecimal value) throws BadValue {
        // Before any change of scale: 1e999999999 is one digit now and a gigabyte afterwards.
        if (value.signum() == 0) {
            return precision == 0 ? zero(value.scale()) : BigDecimal.ZERO.setScale(scale);
        }
        if ((long) value.precision() - value.scale() > MAX_INTEGER_DIGITS || value.scale() > MAX_SCALE) {
            throw new BadValue("expected a decimal within PostgreSQL's range");
        }
        if (precision == 0) {
            return value.scale() < 0 ? value.setScale(0) : value;
        }
        if ((long) value.precision() - value.scale() > precision - scale) {
            throw new BadValue(
                    "expected a decimal of at most " + precision + " digits, " + scale + " of them fraction");
        }
        if (value.scale() == scale) {
            return value;
        }
        try {
            return value.setScale(scale);
        } catch (ArithmeticException e) {
            throw new BadValue("expected a decimal of at most " + scale + " fraction digits");
        }
    }

    private static BigDecimal zero(int wantedScale) {
        return BigDecimal.ZERO.setScale(Math.clamp(wantedScale, 0, MAX_SCALE));
    }

    /** In Debezium's words or PostgreSQL's; null for all else. A numeric of a precision has NaN alone. */
    private @Nullable NonFinite nonFinite(JsonParser json) throws IOException, BadValue {
        char first = json.getTextLength() == 0 ? '0' : json.getTextCharacters()[json.getTextOffset()];
        if (first >= '0' && first <= '9') {
            return null;
        }
        NonFinite special = switch (json.getText()) {
            case "NAN", "NaN" -> NonFinite.NAN;
            case "POSITIVE_INFINITY", "Infinity" -> NonFinite.INFINITY;
            case "NEGATIVE_INFINITY", "-Infinity" -> NonFinite.NEGATIVE_INFINITY;
            default -> null;
        };
        if (special != null && special != NonFinite.NAN && precision > 0) {
            throw new BadValue("expected no infinity, since the column has a precision");
        }
        return special;
    }
}
