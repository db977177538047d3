/**
 * Debezium's bytes to changes: JSON with or without schemas and Avro are read here and nowhere else. One record in, one decision out.
 */
@NullMarked
package dev.duet.envelope;

import org.jspecify.annotations.NullMarked;
