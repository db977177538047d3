package dev.duet.delta;

/** A time of day as text of fixed width, {@code HH:MM:SS.ffffff}: it sorts as the times do. PostgreSQL also has 24:00:00. */
final class TimeOfDay {
    private TimeOfDay() {}

    /** @param micros microseconds of the day, 0 to 86,400,000,000 */
    static String text(long micros) {
        long seconds = micros / 1_000_000;
        byte[] text = new byte[15];
        digits(text, 0, 2, seconds / 3600);
        text[2] = ':';
        digits(text, 3, 2, seconds / 60 % 60);
        text[5] = ':';
        digits(text, 6, 2, seconds % 60);
        text[8] = '.';
        digits(text, 9, 6, micros % 1_000_000);
        return new String(text, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static void digits(byte[] text, int at, int count, long value) {
        long rest = value;
        for (int i = at + count - 1; i >= at; i--) {
            text[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }
}
