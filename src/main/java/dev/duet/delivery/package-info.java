/**
 * When a batch counts as delivered: each sink has a lane of its own, and a record is acknowledged when it has passed both. No I/O
 * happens here; the sinks and the Kafka side stand behind small interfaces.
 */
@NullMarked
package dev.duet.delivery;

import org.jspecify.annotations.NullMarked;
