package dev.duet.outbox;

import dev.duet.change.TableId;
import dev.duet.delivery.DeliveredPositions;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.util.OptionalLong;
import java.util.function.Function;

/** The target database as the outbox meets it: through Hibernate, which is asleep unless deliveries are told. */
@Singleton
public final class OutboxDatabase {
    private final Instance<EntityManager> entities;
    private final EventRows rows;

    OutboxDatabase(Instance<EntityManager> entities, EventRows rows) {
        this.entities = entities;
        this.rows = rows;
    }

    /**
     * The outbox of a pipeline; asks the database nothing yet.
     *
     * @param stored where the positions are read
     * @param deltaVersions a version of the table's log that holds all that is delivered, if one is known
     */
    public Outbox outbox(String pipeline, DeliveredPositions stored, Function<TableId, OptionalLong> deltaVersions) {
        return new Outbox(pipeline, stored, entities::get, rows, deltaVersions);
    }
}
