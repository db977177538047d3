package dev.duet.verify;

import dev.duet.inspect.RowKey;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What was found of one table so far. */
final class Findings {
    final List<Difference> differences = new ArrayList<>();
    final Set<RowKey> tooFast = new LinkedHashSet<>();
    private final int max;
    private boolean complete = true;

    Findings(int max) {
        this.max = max;
    }

    /** Whether there are so many differences that more would tell nothing. */
    boolean isFull() {
        if (differences.size() >= max) {
            complete = false;
        }
        return !complete;
    }

    boolean isComplete() {
        return complete;
    }
}
