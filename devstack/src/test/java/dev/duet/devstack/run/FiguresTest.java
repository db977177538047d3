package dev.duet.devstack.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalTime;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FiguresTest {

    private static final LocalTime NOON = LocalTime.of(12, 0, 3);

    private final Locale usual = Locale.getDefault();

    @AfterEach
    void restoreLocale() {
        Locale.setDefault(usual);
    }

    @Test
    void showsAllFiguresInAnyLocaleAlike() {
        for (Locale locale : new Locale[] {Locale.GERMANY, Locale.forLanguageTag("ar-EG-u-nu-arab"), Locale.US}) {
            Locale.setDefault(locale);
            Figures figures = new Figures(
                    NOON, 2104L, 2104L, new DeltaTables.Content(5310, 42), 0L, 60L, new Figures.Delays(0.06, 1.94));
            assertEquals(
                    "12:00:03  source  2,104 rows | postgres  2,104 | delta   5,310 events (v42)   | behind     0 | +60"
                            + " | delay 0.1 / 1.9 s",
                    figures.line());
        }
    }

    @Test
    void showsDashesForWhatCannotBeHad() {
        assertEquals(
                "12:00:03  source      - rows | postgres      - | delta       - events (-)     | behind     - | +-"
                        + " | delay - / - s",
                new Figures(NOON, null, null, null, null, null, null).line());
        assertTrue(new Figures(NOON, null, null, null, null, 1L, new Figures.Delays(0.2, null))
                .line()
                .endsWith("| +1 | delay 0.2 / - s"));
    }

    @Test
    void staysNarrowWithLargeFigures() {
        Figures figures = new Figures(
                NOON,
                999_999L,
                1_000_000L,
                new DeltaTables.Content(10_000_000, 10_000),
                999_999L,
                6_000L,
                new Figures.Delays(1234.5, 1234.5));
        assertTrue(figures.line().length() <= Figures.WIDTH, figures.line());
    }
}
