package dev.duet.envelope;

import static dev.duet.envelope.DebeziumDecoderTest.changeOf;
import static dev.duet.envelope.DebeziumDecoderTest.rowOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.Row;
import dev.duet.envelope.EnvelopeOptions.AmbiguousNulls;
import dev.duet.envelope.EnvelopeOptions.DecimalMode;
import org.junit.jupiter.api.Test;

/** A null that may stand for an unchanged value, of real updates: a numeric in precise mode, whose long values come as null. */
class AmbiguousNullsTest {
    private static final int AUM = 3;

    private final RecordedEvent update = RecordedEvent.of("pgsrc.fund_metadata", 3);

    private static DebeziumDecoder decoder(DecimalMode mode, AmbiguousNulls decision) {
        return new DebeziumDecoder(
                EnvelopeOptions.DEFAULTS.withDecimalMode(mode).withAmbiguousNulls(decision), Tables.recorded());
    }

    @Test
    void stopsTheTableUnlessTheOperatorHasDecided() {
        assertThat(update.decode(decoder(DecimalMode.PRECISE, AmbiguousNulls.STOP)))
                .isInstanceOfSatisfying(Decoded.Blocked.class, blocked -> {
                    assertThat(blocked.table()).isEqualTo(Tables.FUND);
                    assertThat(blocked.reason()).contains("'aum' (numeric)", "duet.source.ambiguous-nulls");
                });
        assertThat(rowOf(changeOf(update.decode(decoder(DecimalMode.PRECISE, AmbiguousNulls.NULL))))
                        .get(AUM))
                .isNull();
        assertThat(rowOf(changeOf(update.decode(decoder(DecimalMode.PRECISE, AmbiguousNulls.UNCHANGED))))
                        .get(AUM))
                .isSameAs(Row.UNCHANGED);
    }

    @Test
    void aNullOfAnInsertOrBesideTheOldRowIsNull() {
        DebeziumDecoder decoder = decoder(DecimalMode.PRECISE, AmbiguousNulls.STOP);
        RecordedEvent create = RecordedEvent.of("pgsrc.fund_metadata", 2);
        assertThat(rowOf(changeOf(create.decode(decoder))).get(AUM)).isNull();
        RecordedEvent full = update.with("\"before\":null", "\"before\":{}");
        assertThat(rowOf(changeOf(full.decode(decoder))).get(AUM)).isNull();
    }
}
