package dev.duet.transform;

import java.util.Arrays;

/** SQL's like: {@code %} any characters, {@code _} one, a backslash makes the next one plain. Takes pattern times text at most. */
final class LikePattern {
    private static final int ANY = -1;
    private static final int ONE = -2;

    private final int[] pattern;

    private LikePattern(int[] pattern) {
        this.pattern = pattern;
    }

    static LikePattern parse(String text) {
        int[] points = text.codePoints().toArray();
        int[] pattern = new int[points.length];
        int size = 0;
        for (int i = 0; i < points.length; i++) {
            int point = points[i];
            if (point == '\\' && i + 1 < points.length) {
                pattern[size++] = points[++i];
            } else {
                pattern[size++] = point == '%' ? ANY : point == '_' ? ONE : point;
            }
        }
        return new LikePattern(Arrays.copyOf(pattern, size));
    }

    /** Goes back to the last {@code %} only: what an earlier one took can stay as short as it was. */
    boolean matches(String text) {
        int[] points = text.codePoints().toArray();
        int at = 0;
        int in = 0;
        int lastAny = -1;
        int resume = 0;
        while (at < points.length) {
            if (in < pattern.length && pattern[in] == ANY) {
                lastAny = in++;
                resume = at;
            } else if (in < pattern.length && (pattern[in] == ONE || pattern[in] == points[at])) {
                in++;
                at++;
            } else if (lastAny >= 0) {
                in = lastAny + 1;
                at = ++resume;
            } else {
                return false;
            }
        }
        while (in < pattern.length && pattern[in] == ANY) {
            in++;
        }
        return in == pattern.length;
    }
}
