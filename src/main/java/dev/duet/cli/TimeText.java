package dev.duet.cli;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * A time on the command line.
 *
 * <pre>
 * 2026-01-31T12:00:00Z   2026-01-31T13:00:00+01:00   a moment
 * 2026-01-31T12:00:00    2026-01-31                  the same in UTC
 * 90s 10m 2h 3d                                      so long ago
 * </pre>
 */
final class TimeText {
    private static final Pattern AGO = Pattern.compile("(\\d{1,9})([smhd])");

    private TimeText() {}

    static Instant parse(String text) {
        Matcher ago = AGO.matcher(text);
        try {
            if (ago.matches()) {
                return Clock.systemUTC().instant().minus(duration(ago));
            }
            if (text.length() <= "2026-01-31".length()) {
                return LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
            }
            String plain = text.replace(' ', 'T');
            return plain.matches(".*(Z|[+-]\\d\\d:?\\d\\d)")
                    ? OffsetDateTime.parse(plain).toInstant()
                    : LocalDateTime.parse(plain).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new TypeConversionException("'" + text + "' is no time: write for example 2026-01-31T12:00:00Z,"
                    + " 2026-01-31 (UTC), or 10m for ten minutes ago");
        }
    }

    private static Duration duration(Matcher ago) {
        long count = Long.parseLong(ago.group(1));
        return switch (ago.group(2)) {
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }
}
