/**
 * Debezium's bytes to changes: JSON with or without schemas is read here and nowhere else. One record in, one decision out.
 */
@NullMarked
package dev.duet.envelope;

import org.jspecify.annotations.NullMarked;
