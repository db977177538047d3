package dev.duet.envelope;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Strict UTF-8, as RFC 3629 and PostgreSQL have it. Jackson lets overlong forms and surrogates pass, which would change the text
 * on its way.
 */
final class Utf8 {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8() {}

    /** The index of the first byte that can't be, or -1 if all is well. */
    static int firstError(byte[] text, int from, int to) {
        int i = from;
        while (i < to) {
            if (i + Long.BYTES <= to && ((long) LONGS.get(text, i) & HIGH_BITS) == 0) {
                i += Long.BYTES;
            } else if (text[i] >= 0) {
                i++;
            } else {
                int length = lengthAt(text, i, to);
                if (length == 0) {
                    return i;
                }
                i += length;
            }
        }
        return -1;
    }

    /** The length of the sequence of two bytes or more at {@code i}, 0 if it is none. */
    private static int lengthAt(byte[] text, int i, int to) {
        int lead = text[i] & 0xff;
        int length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
        if (length == 0 || i + length > to) {
            return 0;
        }
        for (int k = 1; k < length; k++) {
            if ((text[i + k] & 0xc0) != 0x80) {
                return 0;
            }
        }
        int second = text[i + 1] & 0xff;
        boolean sound = switch (lead) {
            case 0xe0 -> second >= 0xa0;
            case 0xed -> second < 0xa0;
            case 0xf0 -> second >= 0x90;
            case 0xf4 -> second < 0x90;
            default -> true;
        };
        return sound ? length : 0;
    }

    /**
     * Decodes text.
     *
     * @param chars holds at least as many characters as there are bytes
     * @return how many characters it is, -1 if the bytes are not UTF-8
     */
    static int decode(byte[] text, int from, int to, char[] chars) {
        int count = 0;
        int i = from;
        while (i < to) {
            int lead = text[i];
            if (lead >= 0) {
                chars[count++] = (char) lead;
                i++;
                continue;
            }
            int length = lengthAt(text, i, to);
            if (length == 0) {
                return -1;
            }
            int point = lead & (0x7f >> length);
            for (int k = 1; k < length; k++) {
                point = point << 6 | (text[i + k] & 0x3f);
            }
            count += Character.toChars(point, chars, count);
            i += length;
        }
        return count;
    }
}
