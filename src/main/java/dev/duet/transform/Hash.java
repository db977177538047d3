package dev.duet.transform;

import dev.duet.change.ColumnType;
import dev.duet.change.ValueText;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA-256 with a secret salt, as 64 lower-case hexadecimal digits. Equal values have equal hashes, so it may stand in a key:
 * a delete finds the row of its insert, and no two keys meet.
 *
 * <p>Not thread-safe. Its text form never shows the salt.
 */
final class Hash {
    static final int MIN_SALT_LENGTH = 16;
    static final ColumnType TYPE = new ColumnType.Text(64);

    private static final String ALGORITHM = "HmacSHA256";

    private final Mac mac;

    Hash(String salt) {
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(salt.getBytes(StandardCharsets.UTF_8), ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    /** Hashes the UTF-8 of the value's canonical text, of bytea the bytes. */
    Step step(ColumnType type) {
        if (type instanceof ColumnType.Bytes) {
            return value -> hex((byte[]) value);
        }
        Function<Object, String> text = ValueText.canonical(type);
        return value -> hex(text.apply(value).getBytes(StandardCharsets.UTF_8));
    }

    private String hex(byte[] value) {
        return HexFormat.of().formatHex(mac.doFinal(value));
    }
}
