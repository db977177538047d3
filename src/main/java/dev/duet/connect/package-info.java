/** What Kafka Connect says of the connector that the events come from: asked now and then by the service, and by a command. */
@NullMarked
package dev.duet.connect;

import org.jspecify.annotations.NullMarked;
