/**
 * The Kafka side: records come in, are decoded and handed to delivery; assignment, seek, pause, dead letters and offset
 * commits. The Kafka client is used here and nowhere else.
 */
@NullMarked
package dev.duet.intake;

import org.jspecify.annotations.NullMarked;
