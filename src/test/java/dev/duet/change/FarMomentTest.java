package dev.duet.change;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Where timestamps of 64 bits end, and where PostgreSQL's do. */
class FarMomentTest {
    private static final long LAST = 9_223_372_036_854L;

    @Test
    void theBoundaries() {
        assertThat(FarMoment.timestamp(LAST, 775_806)).isEqualTo(Long.MAX_VALUE - 1);
        assertThat(FarMoment.timestamp(LAST, 775_807)).isEqualTo(new FarMoment(LAST, 775_807));
        assertThat(FarMoment.timestamp(9_224_318_015_999L, 999_999))
                .isEqualTo(new FarMoment(9_224_318_015_999L, 999_999));
        assertThat(FarMoment.timestamp(9_224_318_016_000L, 0)).isNull();
        assertThat(FarMoment.timestamp(-210_866_803_200L, 0)).isEqualTo(-210_866_803_200_000_000L);
        assertThat(FarMoment.timestamp(-210_866_803_201L, 999_999)).isNull();
        assertThat(FarMoment.timestamp(-1, 999_999)).isEqualTo(-1L);
    }

    @Test
    void theOrder() {
        Object near = Long.MAX_VALUE - 1;
        Object far = new FarMoment(LAST, 775_807);
        Object farther = new FarMoment(LAST + 1, 0);
        Object infinity = Long.MAX_VALUE;
        Object[] ascending = {Long.MIN_VALUE, 0L, near, far, farther, infinity};
        for (int i = 0; i < ascending.length; i++) {
            for (int k = 0; k < ascending.length; k++) {
                assertThat(Integer.signum(FarMoment.compare(ascending[i], ascending[k])))
                        .as("%s, %s", ascending[i], ascending[k])
                        .isEqualTo(Integer.compare(i, k));
            }
        }
        assertThat(ValueText.of(new ColumnType.Timestamp(6)).apply(far)).isEqualTo("294247-01-10 04:00:54.775807");
    }
}
