package dev.duet.devstack.demo;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/// Plausible content for a fund. Texts use several scripts, quotes and line breaks, which every step on the way to the
/// targets has to keep.
final class FundWords {

    private static final List<String> HOUSES = List.of(
            "Nordlys", "Åland", "Zürich", "São Paulo", "Łódź", "Montréal", "Kyōto", "Αθήνα", "Castle & Sons", "O'Hara");
    private static final List<String> REGIONS = List.of(
            "Global", "Europe", "Nordic", "Emerging Markets", "Japan", "North America", "Swiss", "Asia ex-Japan");
    private static final List<String> KINDS = List.of(
            "Equity", "Bond", "Small Cap", "High Yield", "Money Market", "Balanced", "Real Estate", "Dividend", "ESG");
    private static final List<String> TEXTS = List.of(
            "Invests in companies with a long record of paying dividends.",
            "Seeks income; \"investment grade\" only.",
            "Anlageziel: langfristiges Wachstum über dem Vergleichsindex.",
            "Fonds à capital variable, frais réduits.",
            "日本の中小型株に投資します。",
            "Следует за индексом.",
            "First line.\nSecond line, with a tab\tand a backslash \\.",
            "Green bonds 🌱 and water projects 💧.",
            "");

    private static final int CODE_LETTERS = 4;
    private static final int CODE_DIGITS = 6;

    private final RandomGenerator random;

    FundWords(RandomGenerator random) {
        this.random = random;
    }

    String name() {
        return any(HOUSES) + " " + any(REGIONS) + " " + any(KINDS);
    }

    /// Unique because the id is: letters of the name, then the id to the base 36. One in twenty funds has none (null).
    String code(String name, int fundId) {
        if (random.nextInt(20) == 0) {
            return null;
        }
        String letters = name.replaceAll("[^A-Za-z]", "").toUpperCase(Locale.ROOT) + "XXXX";
        String digits = Integer.toString(fundId, 36).toUpperCase(Locale.ROOT);
        return letters.substring(0, CODE_LETTERS) + "0".repeat(CODE_DIGITS - digits.length()) + digits;
    }

    /// One in ten is null.
    String description() {
        return random.nextInt(10) == 0 ? null : any(TEXTS);
    }

    /// Between 0.01 and 99,999.99, mostly some hundreds.
    BigDecimal price() {
        double value = Math.exp(random.nextGaussian() + 5);
        long cents = Math.clamp(Math.round(value * 100), 1, 9_999_999);
        return BigDecimal.valueOf(cents, 2);
    }

    /// One in thirty is null: not priced yet.
    BigDecimal firstPrice() {
        return random.nextInt(30) == 0 ? null : price();
    }

    LocalDate date() {
        return LocalDate.of(2020, 1, 1).plusDays(random.nextInt(2200));
    }

    private String any(List<String> words) {
        return words.get(random.nextInt(words.size()));
    }
}
