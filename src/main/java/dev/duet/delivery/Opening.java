package dev.duet.delivery;

import java.util.OptionalLong;

/**
 * The answer to opening a partition.
 *
 * @param epoch what is read from now on carries this number; what carries an older one is dropped
 * @param nextOffset where to read from; empty if the partition was never delivered, then from its beginning
 */
public record Opening(int epoch, OptionalLong nextOffset) {}
