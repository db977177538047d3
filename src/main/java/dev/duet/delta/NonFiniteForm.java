package dev.duet.delta;

/**
 * What becomes of values that PostgreSQL's types hold and Delta's don't.
 *
 * @param infinity infinity and -infinity in a date or timestamp, and timestamps of the years 294247 to 294276, which Delta's can't hold
 * @param nan NaN in a numeric(p,s)
 */
record NonFiniteForm(Infinity infinity, Nan nan) {
    /** {@code duet.delta.infinity}. */
    enum Infinity {
        /** The last or first value of Delta's type, which sorts as infinity does. */
        EXTREME,
        NULL,
        /** The table stops. */
        STOP
    }

    /** {@code duet.delta.nan}. */
    enum Nan {
        NULL,
        /** The table stops. */
        STOP
    }

    static NonFiniteForm of(DeltaConfig config) {
        return new NonFiniteForm(config.infinity(), config.nan());
    }
}
