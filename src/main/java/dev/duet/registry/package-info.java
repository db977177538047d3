/**
 * Where Avro schemas come from: asks a schema registry by id, through the interface that Confluent's has or Apicurio's own, and waits
 * for one that does not answer. What a schema means is the envelope's matter.
 */
@NullMarked
package dev.duet.registry;

import org.jspecify.annotations.NullMarked;
