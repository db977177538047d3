package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import dev.duet.change.ColumnType;
import dev.duet.envelope.DecimalReader.Form;
import dev.duet.envelope.EnvelopeOptions.BinaryMode;
import dev.duet.envelope.EnvelopeOptions.TimePrecision;
import dev.duet.envelope.EnvelopeOptions.UnknownTypes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Chooses how a column's values are read. The type says what comes out; the form on the wire is another matter, told by the
 * record's schema or else by the options.
 */
final class Readers {
    private static final int MAX_MILLIS_PRECISION = 3;

    private static final JsonFactory JSON = new JsonFactory();

    private final EnvelopeOptions options;
    private final TimeReaders times = new TimeReaders();
    private final ValueReader text;
    private final ValueReader document;

    Readers(EnvelopeOptions options) {
        this.options = options;
        this.text = TextReaders.text(options.unavailableValuePlaceholder());
        this.document = TextReaders.json(options.unavailableValuePlaceholder());
    }

    /** Whether an unchanged value of the column comes as null. */
    boolean hasNoPlaceholder(ColumnType type, @Nullable ConnectField field) {
        return AmbiguousNulls.hasNoPlaceholder(type, field, options);
    }

    /** The type of a column for whose schema there is no word; empty if such a column stops its table. */
    Optional<ColumnType> unknown() {
        return options.unknownTypes() == UnknownTypes.JSON ? Optional.of(new ColumnType.Json(false)) : Optional.empty();
    }

    /** For a record without schemas. */
    ValueReader of(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool t -> NumberReaders::bool;
            case ColumnType.Int16 t -> NumberReaders::int16;
            case ColumnType.Int32 t -> NumberReaders::int32;
            case ColumnType.Int64 t -> NumberReaders::int64;
            case ColumnType.Float32 t -> NumberReaders::float32;
            case ColumnType.Float64 t -> NumberReaders::float64;
            case ColumnType.Decimal(int precision, int scale) ->
                DecimalReader.decimal(decimalForm(), scale, precision, scale);
            case ColumnType.Numeric t ->
                // Precise mode writes {scale, value}: a bare string would lack its scale.
                DecimalReader.numeric(decimalForm() == Form.TEXT ? Form.TEXT : Form.OTHER, 0);
            case ColumnType.Text t -> textOrGeometry();
            case ColumnType.Char t -> text;
            case ColumnType.Json t -> document;
            case ColumnType.Uuid t -> TextReaders::uuid;
            case ColumnType.Bytes t -> TextReaders.bytes(options.binaryMode(), options.unavailableValuePlaceholder());
            case ColumnType.Date t -> isIso() ? times::isoDate : times::days;
            case ColumnType.Time(int precision) -> time(precision);
            case ColumnType.Timestamp(int precision) -> timestamp(precision);
            case ColumnType.TimestampTz t -> times::isoTimestampTz;
            case ColumnType.Native(String name, int length) ->
                switch (name) {
                    case "bit" -> StructReaders.bits(length);
                    case "varbit" -> StructReaders.bits(-1);
                    case "point", "line", "circle" -> StructReaders::shape;
                    default -> text;
                };
            case ColumnType.Array(ColumnType element) -> array(of(element), element);
        };
    }

    private ValueReader textOrGeometry() {
        return json -> json.currentToken() == JsonToken.START_OBJECT ? StructReaders.geometry(json) : text.read(json);
    }

    private ValueReader array(ValueReader element, ColumnType type) {
        return ArrayReader.of(element, type, options.unavailableValuePlaceholder());
    }

    private Form decimalForm() {
        return switch (options.decimalMode()) {
            case STRING -> Form.TEXT;
            case PRECISE -> Form.UNSCALED;
            case DOUBLE -> Form.OTHER;
        };
    }

    private boolean isIso() {
        return options.timePrecision() == TimePrecision.ISOSTRING;
    }

    private ValueReader time(int precision) {
        return switch (options.timePrecision()) {
            case ADAPTIVE -> precision <= MAX_MILLIS_PRECISION ? times::timeMillis : times::timeMicros;
            case ADAPTIVE_TIME_MICROSECONDS -> times::timeMicros;
            case ISOSTRING -> times::isoTime;
            case CONNECT -> times::timeMillis;
        };
    }

    private ValueReader timestamp(int precision) {
        return switch (options.timePrecision()) {
            case ADAPTIVE, ADAPTIVE_TIME_MICROSECONDS ->
                precision <= MAX_MILLIS_PRECISION ? times::timestampMillis : times::timestampMicros;
            case ISOSTRING -> times::isoTimestamp;
            case CONNECT -> times::timestampMillis;
        };
    }

    /** For a record with schemas; null if the field's form can't be read as that type. */
    @Nullable
    ValueReader of(ColumnType type, ConnectField field) {
        return switch (type) {
            case ColumnType.Bool t -> field.type().equals("boolean") ? of(type) : null;
            case ColumnType.Int16 t -> isInteger(field) ? of(type) : null;
            case ColumnType.Int32 t -> isInteger(field) ? of(type) : null;
            case ColumnType.Int64 t -> isInteger(field) ? of(type) : null;
            case ColumnType.Float32 t -> isFloat(field) ? of(type) : null;
            case ColumnType.Float64 t -> isFloat(field) ? of(type) : null;
            case ColumnType.Decimal(int precision, int scale) -> {
                Form form = decimalForm(field);
                yield form == null ? null : DecimalReader.decimal(form, wireScale(field), precision, scale);
            }
            case ColumnType.Numeric t -> {
                Form form = decimalForm(field);
                yield form == null ? null : DecimalReader.numeric(form, wireScale(field));
            }
            case ColumnType.Text t -> text(field);
            case ColumnType.Char t -> field.isText() ? text : null;
            case ColumnType.Json t -> json(field);
            case ColumnType.Uuid t -> field.isText() ? TextReaders::uuid : null;
            case ColumnType.Bytes t -> bytes(field);
            case ColumnType.Date t -> date(field);
            case ColumnType.Time t -> time(field);
            case ColumnType.Timestamp t -> timestamp(field);
            case ColumnType.TimestampTz t -> field.isText() ? times::isoTimestampTz : null;
            case ColumnType.Native t -> nativeType(t, field);
            case ColumnType.Array(ColumnType element) -> {
                ConnectField items = ColumnTypes.elementOf(field).orElse(null);
                ValueReader reader = items == null ? null : of(element, items);
                yield reader == null ? null : array(reader, element);
            }
        };
    }

    private @Nullable ValueReader text(ConnectField field) {
        if (ColumnTypes.isTextInBytes(field)) {
            return StructReaders.textInBytes(options.unavailableValuePlaceholder());
        }
        if (field.isNamed(WireNames.GEOMETRY) || field.isNamed(WireNames.GEOGRAPHY)) {
            return StructReaders::geometry;
        }
        return field.isText() ? text : null;
    }

    private @Nullable ValueReader json(ConnectField field) {
        if (field.isText()) {
            return document;
        }
        return options.unknownTypes() == UnknownTypes.JSON ? StructReaders.json(JSON) : null;
    }

    private @Nullable ValueReader nativeType(ColumnType.Native type, ConnectField field) {
        if (field.isNamed(WireNames.BITS)) {
            return StructReaders.bits(type.name().equals("bit") ? type.length() : -1);
        }
        if (StructReaders.isShape(field)) {
            return StructReaders::shape;
        }
        return field.isText() ? text : null;
    }

    private static @Nullable Form decimalForm(ConnectField field) {
        if (field.isNamed(WireNames.DECIMAL)) {
            return field.parameters().containsKey("scale") ? Form.UNSCALED : null;
        }
        if (field.isNamed(WireNames.VARIABLE_SCALE_DECIMAL) || isFloat(field) || isInteger(field)) {
            return Form.OTHER;
        }
        return field.isText() ? Form.TEXT : null;
    }

    private static int wireScale(ConnectField field) {
        return field.intParameter("scale", 0);
    }

    private static boolean isInteger(ConnectField field) {
        return field.semantic() == null && field.type().startsWith("int");
    }

    private static boolean isFloat(ConnectField field) {
        return field.type().equals("double") || field.type().equals("float");
    }

    /** Bytes as text may be base64 or hex, and hex is often base64 too: only the option tells. */
    private @Nullable ValueReader bytes(ConnectField field) {
        if (field.type().equals("bytes") && field.semantic() == null) {
            return TextReaders.bytes(BinaryMode.BYTES, options.unavailableValuePlaceholder());
        }
        return field.isText() && options.binaryMode() != BinaryMode.BYTES
                ? TextReaders.bytes(options.binaryMode(), options.unavailableValuePlaceholder())
                : null;
    }

    private @Nullable ValueReader date(ConnectField field) {
        return switch (String.valueOf(field.semantic())) {
            case WireNames.DATE, WireNames.CONNECT_DATE -> times::days;
            case WireNames.ISO_DATE -> times::isoDate;
            default -> null;
        };
    }

    private @Nullable ValueReader time(ConnectField field) {
        return switch (String.valueOf(field.semantic())) {
            case WireNames.TIME, WireNames.CONNECT_TIME -> times::timeMillis;
            case WireNames.MICRO_TIME -> times::timeMicros;
            case WireNames.NANO_TIME -> times::timeNanos;
            case WireNames.ISO_TIME -> times::isoTime;
            default -> null;
        };
    }

    private @Nullable ValueReader timestamp(ConnectField field) {
        return switch (String.valueOf(field.semantic())) {
            case WireNames.TIMESTAMP, WireNames.CONNECT_TIMESTAMP -> times::timestampMillis;
            case WireNames.MICRO_TIMESTAMP -> times::timestampMicros;
            case WireNames.NANO_TIMESTAMP -> times::timestampNanos;
            case WireNames.ISO_TIMESTAMP -> times::isoTimestamp;
            default -> null;
        };
    }
}
