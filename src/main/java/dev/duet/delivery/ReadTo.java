package dev.duet.delivery;

/**
 * How far the consumer has come in a partition: between the two offsets there is no record, only what transactions and compaction leave.
 *
 * @param nextRecord behind the last record that it returned, or where its reading began
 * @param position what it looks at next
 */
public record ReadTo(long nextRecord, long position) {}
