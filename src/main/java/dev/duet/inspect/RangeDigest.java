package dev.duet.inspect;

/**
 * A range of keys in brief.
 *
 * @param rows how many
 * @param sum of the rows' hashes, as a decimal number: the same in any order
 */
public record RangeDigest(long rows, String sum) {}
