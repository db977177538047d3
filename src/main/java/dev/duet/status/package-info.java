/**
 * What an operator sees: meters, health and the log lines about deliveries. It listens to delivery and decides nothing.
 */
@NullMarked
package dev.duet.status;

import org.jspecify.annotations.NullMarked;
