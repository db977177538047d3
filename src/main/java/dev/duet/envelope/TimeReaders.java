package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.duet.change.FarMoment;
import java.io.IOException;

/**
 * Dates and times in each {@code time.precision.mode}, to days and microseconds.
 *
 * <p>PostgreSQL's infinities come as dates that it can't hold, and not the same ones in a snapshot and when streaming (Debezium
 * 3.7.0, recorded in extremes.jsonl); the JDBC driver's constants shine through. Any other value outside of PostgreSQL's range is
 * refused: it would be an infinity that we don't know.
 */
final class TimeReaders {
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long MILLIS_PER_DAY = 86_400_000;
    private static final long MICROS_PER_DAY = 86_400_000_000L;

    /** 4714-11-24 BC, day 0 of the Julian date, and the last day of 5874897. */
    private static final long FIRST_DAY = -2_440_588;

    private static final long LAST_DAY = 2_145_042_905;
    private static final long FIRST_MICRO = FIRST_DAY * MICROS_PER_DAY;
    private static final String RANGE = "expected a timestamp within PostgreSQL's range";

    /** {@code PGStatement.DATE_POSITIVE_INFINITY} and its counterpart, milliseconds. */
    private static final long DRIVER_INFINITY = 9_223_372_036_825_200_000L;

    private static final long DRIVER_MINUS_INFINITY = -9_223_372_036_832_400_000L;

    /** The latter in an array of {@code timestamptz}, which Debezium writes without its era. */
    private static final long WITHOUT_ERA = IsoText.epochDay(292_269_055, 12, 2) * 86_400 + 23 * 3_600;

    private final IsoText iso = new IsoText();

    Object days(JsonParser json) throws IOException, BadValue {
        return date(NumberReaders.integer(
                json, Integer.MIN_VALUE, Integer.MAX_VALUE, "expected a date as days since 1970-01-01"));
    }

    Object isoDate(JsonParser json) throws IOException, BadValue {
        String expectation = "expected an ISO 8601 date";
        expectString(json, expectation);
        if (!iso.readDate(json.getTextCharacters(), json.getTextOffset(), json.getTextLength())) {
            throw new BadValue(expectation);
        }
        return date(iso.epochDay());
    }

    private static Integer date(long day) throws BadValue {
        if (day >= FIRST_DAY && day <= LAST_DAY) {
            return (int) day;
        }
        // In order: streamed; a snapshot's days, cut to 32 bits; a snapshot's ISO text.
        if (day == 2_146_033_979L || day == -622_191_234L || day == IsoText.epochDay(292_278_994, 8, 16)) {
            return Integer.MAX_VALUE;
        }
        if (day == -2_147_472_691L || day == -625_821_272L || day == IsoText.epochDay(292_269_055, 12, 2)) {
            return Integer.MIN_VALUE;
        }
        throw new BadValue("expected a date within PostgreSQL's range");
    }

    Object timeMillis(JsonParser json) throws IOException, BadValue {
        return NumberReaders.integer(json, 0, MILLIS_PER_DAY, "expected a time of day in milliseconds") * 1000;
    }

    Object timeMicros(JsonParser json) throws IOException, BadValue {
        return NumberReaders.integer(json, 0, MICROS_PER_DAY, "expected a time of day in microseconds");
    }

    Object timeNanos(JsonParser json) throws IOException, BadValue {
        return microsOfNanos(
                NumberReaders.integer(json, 0, MICROS_PER_DAY * 1000, "expected a time of day in nanoseconds"));
    }

    Object isoTime(JsonParser json) throws IOException, BadValue {
        String expectation = "expected an ISO 8601 time of day with at most microseconds";
        expectString(json, expectation);
        if (!iso.readTime(json.getTextCharacters(), json.getTextOffset(), json.getTextLength())) {
            throw new BadValue(expectation);
        }
        return iso.microOfDay();
    }

    Object timestampMillis(JsonParser json) throws IOException, BadValue {
        long millis = epoch(json, "expected a timestamp in milliseconds since 1970");
        if (millis == DRIVER_INFINITY || millis == Long.MAX_VALUE) {
            return Long.MAX_VALUE;
        }
        if (millis == DRIVER_MINUS_INFINITY || millis == Long.MIN_VALUE) {
            return Long.MIN_VALUE;
        }
        return timestamp(Math.floorDiv(millis, 1000L), (int) Math.floorMod(millis, 1000L) * 1000);
    }

    Object timestampMicros(JsonParser json) throws IOException, BadValue {
        long micros = epoch(json, "expected a timestamp in microseconds since 1970");
        if (micros > Long.MIN_VALUE && micros < Long.MIN_VALUE + MICROS_PER_SECOND) {
            // Debezium 3.7.0 cuts the seconds to what the number holds, adds the second's fraction, and comes out at
            // the other end.
            throw new BadValue(
                    "a timestamp from the year 294247 on, which 64-bit microseconds since 1970 can't hold: the"
                            + " connector sends it with time.precision.mode=isostring");
        }
        return timestamp(micros);
    }

    Object timestampNanos(JsonParser json) throws IOException, BadValue {
        long nanos = epoch(json, "expected a timestamp in nanoseconds since 1970");
        return nanos == Long.MAX_VALUE || nanos == Long.MIN_VALUE ? nanos : timestamp(microsOfNanos(nanos));
    }

    Object isoTimestamp(JsonParser json) throws IOException, BadValue {
        String expectation = "expected an ISO 8601 timestamp with at most microseconds";
        expectString(json, expectation);
        if (!iso.readTimestamp(json.getTextCharacters(), json.getTextOffset(), json.getTextLength())) {
            throw new BadValue(expectation);
        }
        return timestamp(iso.epochSecond(), iso.micros());
    }

    Object isoTimestampTz(JsonParser json) throws IOException, BadValue {
        String expectation = "expected an ISO 8601 timestamp with a zone and at most microseconds";
        expectString(json, expectation);
        char[] chars = json.getTextCharacters();
        int from = json.getTextOffset();
        int length = json.getTextLength();
        if (iso.readTimestampTz(chars, from, length)) {
            return timestamp(iso.epochSecond(), iso.micros());
        }
        return switch (json.getText()) {
            case "infinity" -> Long.MAX_VALUE;
            case "-infinity" -> Long.MIN_VALUE;
            default -> throw new BadValue(expectation);
        };
    }

    private static Object timestamp(long second, int micros) throws BadValue {
        if (second == DRIVER_INFINITY / 1000 && micros == 0) {
            return Long.MAX_VALUE;
        }
        if ((second == DRIVER_MINUS_INFINITY / 1000 || second == WITHOUT_ERA) && micros == 0) {
            return Long.MIN_VALUE;
        }
        Object value = FarMoment.timestamp(second, micros);
        if (value == null) {
            throw new BadValue(RANGE);
        }
        return value;
    }

    private static Long timestamp(long micros) throws BadValue {
        if (micros < FIRST_MICRO && micros != Long.MIN_VALUE) {
            throw new BadValue(RANGE);
        }
        return micros;
    }

    private static long epoch(JsonParser json, String expectation) throws IOException, BadValue {
        return NumberReaders.integer(json, Long.MIN_VALUE, Long.MAX_VALUE, expectation);
    }

    private static long microsOfNanos(long nanos) throws BadValue {
        if (nanos % 1000 != 0) {
            throw new BadValue("expected whole microseconds");
        }
        return nanos / 1000;
    }

    private static void expectString(JsonParser json, String expectation) throws BadValue {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw new BadValue(expectation);
        }
    }
}
