package dev.duet.outbox;

import io.debezium.outbox.quarkus.internal.AbstractEventWriter;
import io.debezium.outbox.quarkus.internal.OutboxConstants;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.hibernate.Session;

/**
 * Makes rows of {@code duet.outbox} of events, with the mapping of Debezium's extension, in the transaction that is under way. It stands in
 * the place of the extension's own dispatcher, which is given its EntityManager when the service starts: then Hibernate could not be asleep
 * while deliveries are off.
 */
@Singleton
final class EventRows extends AbstractEventWriter<Void> {
    private final Instance<EntityManager> entities;
    private final boolean removed;

    EventRows(
            Instance<EntityManager> entities,
            @ConfigProperty(name = "quarkus.debezium-outbox.remove-after-insert", defaultValue = "true")
                    boolean removed) {
        this.entities = entities;
        this.removed = removed;
    }

    /** Makes the rows; they are sent with the next flush. */
    void write(Iterable<DeliveryEvent> events) {
        events.forEach(event -> persist(getDataMapFromEvent(event)));
    }

    @Override
    @SuppressWarnings("NullAway") // Void has no other value
    protected Void persist(Map<String, Object> row) {
        Session session = entities.get().unwrap(Session.class);
        session.persist(OutboxConstants.OUTBOX_ENTITY_FULLNAME, row);
        session.setReadOnly(row, true);
        if (removed) {
            session.remove(row);
        }
        return null;
    }
}
