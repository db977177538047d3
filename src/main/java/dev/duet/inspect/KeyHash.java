package dev.duet.inspect;

/** A row in brief: its key and the hash of its compared columns. */
public record KeyHash(RowKey key, long hash) {}
