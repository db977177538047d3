/**
 * Tells downstream jobs, exactly once, when rows are in both copies: an event for each delivered batch, written through Debezium's outbox
 * extension in the transaction that moves {@code delivered_next}. Off unless {@code duet.deliveries.enabled} says so.
 */
@NullMarked
package dev.duet.outbox;

import org.jspecify.annotations.NullMarked;
