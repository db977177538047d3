package dev.duet.delivery;

/**
 * How far a sink has come in one partition.
 *
 * @param nextOffset the first offset that the sink has not got
 * @param ledger what became of the records before it
 */
public record Position(long nextOffset, Ledger ledger) {}
