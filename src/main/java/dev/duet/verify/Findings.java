package dev.duet.verify;

import dev.duet.inspect.RowKey;
import java.util.ArrayList;
import java.util.List;

/** What was found of one table so far. */
final class Findings {
    final List<Difference> differences = new ArrayList<>();
    final List<RowKey> tooFast = new ArrayList<>();
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
