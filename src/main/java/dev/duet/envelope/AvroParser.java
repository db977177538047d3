package dev.duet.envelope;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.ObjectCodec;
import com.fasterxml.jackson.core.Version;
import com.fasterxml.jackson.core.base.ParserMinimalBase;
import com.fasterxml.jackson.core.json.JsonReadContext;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Gives Avro the tokens that Connect's JSON converter would have written for the same value, so that whatever reads JSON reads Avro:
 *
 * <pre>
 * union            its branch
 * record, map      object          enum               string
 * bytes, fixed     string, base64  NaN, infinities    string, in Java's spelling
 * </pre>
 *
 * <p>Texts are decoded when they are asked for, so what is skipped costs little. Reused from record to record; broken bytes are an
 * {@link AvroFault}, as are bytes behind the value.
 */
final class AvroParser extends ParserMinimalBase {
    private static final int FIRST_SCOPES = 16;

    /** A longer text's buffer is not kept for the next record. */
    private static final int MAX_KEPT_CHARS = 1 << 16;

    private enum Text {
        NONE,
        UTF8,
        BASE64,
        NUMBER,
        READY
    }

    private final AvroInput in = new AvroInput();
    private final JsonReadContext context = JsonReadContext.createRootContext(null);

    private AvroType root = AvroType.of(AvroType.Kind.NULL);
    private boolean isClosed;

    // The open records, arrays and maps; of each the next field, or the items left in its block.
    private AvroType[] scopes = new AvroType[FIRST_SCOPES];
    private long[] progress = new long[FIRST_SCOPES];
    private int depth;

    private AvroType pending = root;
    private String name = "";

    private Text text = Text.NONE;
    private int from;
    private int length;
    private char[] chars = new char[256];
    private int charCount;
    private long integer;
    private double real;
    private boolean isFloat;

    AvroParser() {
        super(0);
    }

    /** Begins with these bytes, which are a value of the type. */
    AvroParser open(byte[] bytes, int start, int end, AvroType type) {
        in.open(bytes, start, end);
        root = type;
        depth = 0;
        isClosed = false;
        _currToken = null;
        text = Text.NONE;
        if (chars.length > MAX_KEPT_CHARS) {
            chars = new char[256];
        }
        return this;
    }

    @Override
    public @Nullable JsonToken nextToken() throws AvroFault {
        if (_currToken == JsonToken.FIELD_NAME) {
            return value(pending);
        }
        if (depth == 0) {
            if (_currToken == null) {
                return value(root);
            }
            if (!in.isAtEnd()) {
                throw new AvroFault("bytes behind the value");
            }
            return null;
        }
        AvroType scope = scopes[depth - 1];
        return switch (scope.kind()) {
            case RECORD -> nextField(scope);
            case ARRAY -> hasItem() ? value(scope.part(0)) : end(JsonToken.END_ARRAY);
            default -> hasItem() ? field(mapKey(), scope.part(0)) : end(JsonToken.END_OBJECT);
        };
    }

    private JsonToken nextField(AvroType scope) {
        int i = (int) progress[depth - 1];
        if (i == scope.parts()) {
            return end(JsonToken.END_OBJECT);
        }
        progress[depth - 1] = i + 1L;
        return field(scope.name(i), scope.part(i));
    }

    private JsonToken field(String fieldName, AvroType type) {
        name = fieldName;
        pending = type;
        text = Text.NONE;
        _currToken = JsonToken.FIELD_NAME;
        return _currToken;
    }

    private JsonToken end(JsonToken token) {
        depth--;
        _currToken = token;
        return token;
    }

    private boolean hasItem() throws AvroFault {
        int top = depth - 1;
        if (progress[top] == 0) {
            progress[top] = in.block();
        }
        return progress[top]-- > 0;
    }

    private String mapKey() throws AvroFault {
        expectText(Text.UTF8);
        decode();
        return new String(chars, 0, charCount);
    }

    private JsonToken value(AvroType declared) throws AvroFault {
        AvroType type = declared.kind() == AvroType.Kind.UNION ? declared.part(in.index(declared.parts())) : declared;
        text = Text.NONE;
        JsonToken token = switch (type.kind()) {
            case NULL -> JsonToken.VALUE_NULL;
            case BOOLEAN -> in.bool() ? JsonToken.VALUE_TRUE : JsonToken.VALUE_FALSE;
            case INT -> integer(in.int32());
            case LONG -> integer(in.varint());
            case FLOAT -> real(in.float32(), true);
            case DOUBLE -> real(in.float64(), false);
            case BYTES -> expectText(Text.BASE64);
            case STRING -> expectText(Text.UTF8);
            case FIXED -> {
                length = type.size();
                from = in.take(length);
                text = Text.BASE64;
                yield JsonToken.VALUE_STRING;
            }
            case ENUM -> ready(type.name(in.index(type.symbols())));
            case ARRAY -> open(type, JsonToken.START_ARRAY);
            case MAP, RECORD -> open(type, JsonToken.START_OBJECT);
            case UNION -> throw new AvroFault("a union in a union");
        };
        _currToken = token;
        return token;
    }

    private JsonToken open(AvroType type, JsonToken token) throws AvroFault {
        if (depth == scopes.length) {
            if (depth >= DebeziumDecoder.MAX_DEPTH) {
                throw new AvroFault("more levels than " + DebeziumDecoder.MAX_DEPTH);
            }
            scopes = Arrays.copyOf(scopes, 2 * depth);
            progress = Arrays.copyOf(progress, 2 * depth);
        }
        scopes[depth] = type;
        progress[depth++] = 0;
        return token;
    }

    private JsonToken integer(long value) {
        integer = value;
        text = Text.NUMBER;
        return JsonToken.VALUE_NUMBER_INT;
    }

    private JsonToken real(double value, boolean single) {
        real = value;
        isFloat = single;
        text = Text.NUMBER;
        return Double.isFinite(value) ? JsonToken.VALUE_NUMBER_FLOAT : ready(Double.toString(value));
    }

    private JsonToken ready(String value) {
        keep(value);
        return JsonToken.VALUE_STRING;
    }

    private JsonToken expectText(Text form) throws AvroFault {
        length = in.length();
        from = in.take(length);
        text = form;
        return JsonToken.VALUE_STRING;
    }

    private void keep(String value) {
        room(value.length());
        value.getChars(0, value.length(), chars, 0);
        charCount = value.length();
        text = Text.READY;
    }

    private void room(int wanted) {
        if (chars.length < wanted) {
            chars = new char[wanted];
        }
    }

    /** Makes the current value's text. */
    private void decode() throws AvroFault {
        switch (text) {
            case UTF8 -> {
                room(length);
                charCount = Utf8.decode(in.bytes(), from, from + length, chars);
                if (charCount < 0) {
                    throw new AvroFault("a string that is no UTF-8");
                }
                text = Text.READY;
            }
            case BASE64 ->
                keep(Base64.getEncoder().encodeToString(Arrays.copyOfRange(in.bytes(), from, from + length)));
            case NUMBER ->
                keep(
                        _currToken == JsonToken.VALUE_NUMBER_INT
                                ? Long.toString(integer)
                                : isFloat ? Float.toString((float) real) : Double.toString(real));
            case NONE -> keep(_currToken == JsonToken.FIELD_NAME ? name : String.valueOf(_currToken.asString()));
            case READY -> {}
        }
    }

    /** At a structure's beginning, steps over it without making tokens. */
    @Override
    public AvroParser skipChildren() throws AvroFault {
        JsonToken token = _currToken;
        if (token != null && token.isStructStart()) {
            in.skip(scopes[depth - 1], depth);
            var unused = end(token == JsonToken.START_OBJECT ? JsonToken.END_OBJECT : JsonToken.END_ARRAY);
        }
        return this;
    }

    @Override
    public String getText() throws AvroFault {
        if (_currToken == JsonToken.FIELD_NAME) {
            return name;
        }
        decode();
        return new String(chars, 0, charCount);
    }

    @Override
    public char[] getTextCharacters() throws AvroFault {
        decode();
        return chars;
    }

    @Override
    public boolean hasTextCharacters() {
        return _currToken == JsonToken.VALUE_STRING;
    }

    @Override
    public int getTextLength() throws AvroFault {
        decode();
        return charCount;
    }

    @Override
    public int getTextOffset() {
        return 0;
    }

    @Override
    public byte[] getBinaryValue(Base64Variant variant) throws AvroFault {
        if (text == Text.BASE64) {
            return Arrays.copyOfRange(in.bytes(), from, from + length);
        }
        throw new AvroFault("bytes asked of another type");
    }

    @Override
    public Number getNumberValue() {
        return _currToken == JsonToken.VALUE_NUMBER_INT ? (Number) integer : (Number) real;
    }

    @Override
    public NumberType getNumberType() {
        return _currToken == JsonToken.VALUE_NUMBER_INT ? NumberType.LONG : NumberType.DOUBLE;
    }

    @Override
    public int getIntValue() throws AvroFault {
        long value = getLongValue();
        if (value != (int) value) {
            throw new AvroFault("more than 32 bits");
        }
        return (int) value;
    }

    @Override
    public long getLongValue() {
        return _currToken == JsonToken.VALUE_NUMBER_INT ? integer : (long) real;
    }

    @Override
    public BigInteger getBigIntegerValue() {
        return BigInteger.valueOf(getLongValue());
    }

    @Override
    public float getFloatValue() {
        return (float) getDoubleValue();
    }

    @Override
    public double getDoubleValue() {
        return _currToken == JsonToken.VALUE_NUMBER_INT ? integer : real;
    }

    @Override
    public BigDecimal getDecimalValue() throws AvroFault {
        return new BigDecimal(getText());
    }

    @Override
    public String getCurrentName() {
        return name;
    }

    @Override
    public String currentName() {
        return name;
    }

    @Override
    public void overrideCurrentName(String other) {
        name = other;
    }

    @Override
    public void close() {
        isClosed = true;
    }

    @Override
    public boolean isClosed() {
        return isClosed;
    }

    @Override
    public JsonStreamContext getParsingContext() {
        return context;
    }

    @Override
    @SuppressWarnings("deprecation") // abstract there still
    public JsonLocation getCurrentLocation() {
        return JsonLocation.NA;
    }

    @Override
    @SuppressWarnings("deprecation")
    public JsonLocation getTokenLocation() {
        return JsonLocation.NA;
    }

    @Override
    public @Nullable ObjectCodec getCodec() {
        return null;
    }

    @Override
    public void setCodec(ObjectCodec codec) {
        throw new UnsupportedOperationException("no databinding here");
    }

    @Override
    public Version version() {
        return Version.unknownVersion();
    }

    @Override
    protected void _handleEOF() {}
}
