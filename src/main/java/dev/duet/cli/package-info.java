/**
 * The operator's commands. Those that ask a running service need its address alone; those that look into Kafka, PostgreSQL or the Delta
 * tables take the service's own configuration and start without its consumer.
 */
@NullMarked
package dev.duet.cli;

import org.jspecify.annotations.NullMarked;
