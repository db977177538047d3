package dev.duet.envelope;

/**
 * Reads the ISO 8601 texts of Debezium's isostring mode and of {@code timestamptz}. One instance reads one text at a time.
 *
 * <pre>
 * date       [+-]YYYY-MM-DD          with a sign four digits of the year or more; ISO years: 1 BC is 0000
 * time       HH:MM[:SS[.fraction]]   24:00 is the end of the day; up to six digits that count
 * zone       Z or [+-]HH[:MM[:SS]]
 * </pre>
 */
final class IsoText {
    private static final int MAX_YEAR_DIGITS = 9;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long SECONDS_PER_DAY = 86_400;
    private static final int[] MICROS_OF_DIGIT = {100_000, 10_000, 1_000, 100, 10, 1};

    private char[] text = new char[0];
    private int at;
    private int end;

    private long epochDay;
    private long secondOfDay;
    private int micros;
    private int offsetSeconds;

    /** Days since 1970-01-01 of the text last read. */
    long epochDay() {
        return epochDay;
    }

    long microOfDay() {
        return secondOfDay * MICROS_PER_SECOND + micros;
    }

    /** Seconds since 1970-01-01T00:00, in UTC if the text names a zone; rounded down. */
    long epochSecond() {
        return epochDay * SECONDS_PER_DAY + secondOfDay - offsetSeconds;
    }

    /** The microseconds of the second. */
    int micros() {
        return micros;
    }

    boolean readDate(char[] chars, int from, int length) {
        start(chars, from, length);
        return date() && optionalZulu() && at == end;
    }

    boolean readTime(char[] chars, int from, int length) {
        start(chars, from, length);
        return time() && optionalZulu() && at == end;
    }

    /** A date and time, with Z or without. */
    boolean readTimestamp(char[] chars, int from, int length) {
        start(chars, from, length);
        return date() && accept('T') && time() && optionalZulu() && at == end;
    }

    /** A date and time with a zone. */
    boolean readTimestampTz(char[] chars, int from, int length) {
        start(chars, from, length);
        return date() && accept('T') && time() && zone() && at == end;
    }

    private void start(char[] chars, int from, int length) {
        text = chars;
        at = from;
        end = from + length;
        epochDay = 0;
        secondOfDay = 0;
        micros = 0;
        offsetSeconds = 0;
    }

    private boolean date() {
        boolean negative = accept('-');
        boolean signed = negative || accept('+');
        int begin = at;
        int year = 0;
        while (at < end && text[at] >= '0' && text[at] <= '9' && at - begin < MAX_YEAR_DIGITS) {
            year = year * 10 + (text[at++] - '0');
        }
        int digits = at - begin;
        if (digits < 4 || (!signed && digits > 4) || !accept('-')) {
            return false;
        }
        int month = twoDigits();
        if (month < 1 || month > 12 || !accept('-')) {
            return false;
        }
        long isoYear = negative ? -year : year;
        int day = twoDigits();
        epochDay = epochDay(isoYear, month, day);
        return day >= 1 && day <= daysOf(isoYear, month);
    }

    private boolean time() {
        int hour = twoDigits();
        if (hour < 0 || !accept(':')) {
            return false;
        }
        int minute = twoDigits();
        int second = accept(':') ? twoDigits() : 0;
        if (minute < 0 || minute > 59 || second < 0 || second > 59) {
            return false;
        }
        if (accept('.') && !fraction()) {
            return false;
        }
        secondOfDay = hour * 3600L + minute * 60L + second;
        return hour < 24 || (hour == 24 && minute == 0 && second == 0 && micros == 0);
    }

    private boolean fraction() {
        int begin = at;
        while (at < end && text[at] >= '0' && text[at] <= '9') {
            int digit = at - begin;
            if (digit < MICROS_OF_DIGIT.length) {
                micros += (text[at] - '0') * MICROS_OF_DIGIT[digit];
            } else if (text[at] != '0') {
                return false;
            }
            at++;
        }
        return at > begin;
    }

    private boolean zone() {
        if (accept('Z')) {
            return true;
        }
        boolean west = accept('-');
        if (!west && !accept('+')) {
            return false;
        }
        int hours = twoDigits();
        int minutes = accept(':') ? twoDigits() : 0;
        int seconds = accept(':') ? twoDigits() : 0;
        // PostgreSQL's limit is 15:59:59.
        if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) {
            return false;
        }
        int offset = hours * 3600 + minutes * 60 + seconds;
        offsetSeconds = west ? -offset : offset;
        return true;
    }

    private boolean optionalZulu() {
        return at == end || accept('Z');
    }

    private boolean accept(char c) {
        if (at < end && text[at] == c) {
            at++;
            return true;
        }
        return false;
    }

    /** Two digits, or -1. */
    private int twoDigits() {
        if (at + 2 > end) {
            return -1;
        }
        int tens = text[at] - '0';
        int ones = text[at + 1] - '0';
        at += 2;
        return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
    }

    private static int daysOf(long year, int month) {
        return switch (month) {
            case 2 -> isLeap(year) ? 29 : 28;
            case 4, 6, 9, 11 -> 30;
            default -> 31;
        };
    }

    private static boolean isLeap(long year) {
        return (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
    }

    /** Days from civil, in the proleptic Gregorian calendar: eras of 400 years that begin in March. */
    static long epochDay(long year, int month, int day) {
        long y = month <= 2 ? year - 1 : year;
        long era = Math.floorDiv(y, 400L);
        long yearOfEra = y - era * 400;
        long dayOfYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        long dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097 + dayOfEra - 719_468;
    }
}
