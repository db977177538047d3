package dev.duet.inspect;

import java.util.List;

/**
 * A source table and its mirror, made comparable.
 *
 * @param sameOrder whether the key's index has one order in both
 * @param columns the compared columns in their order
 */
public record TablePair(
        HashedTable source,
        HashedTable mirror,
        boolean sameOrder,
        List<String> columns,
        List<NotCompared> notCompared) {}
