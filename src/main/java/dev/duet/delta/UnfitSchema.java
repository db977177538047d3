package dev.duet.delta;

import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;

/** A table can't hold the changes of a schema; those before them in the stream are written all the same. */
final class UnfitSchema extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient TableSchema schema;
    private final transient TableStoppedException stop;

    UnfitSchema(TableSchema schema, TableStoppedException stop) {
        super(stop.getMessage(), stop);
        this.schema = schema;
        this.stop = stop;
    }

    TableSchema schema() {
        return schema;
    }

    /** What the operator hears of it. */
    TableStoppedException stop() {
        return stop;
    }
}
