package dev.duet.chaos;

import java.util.ArrayList;
import java.util.List;

/**
 * What a check found.
 *
 * @param postgres the trail, record by record
 * @param delta the change log, record by record
 * @param wrong whatever else does not hold, a sentence each, without values of rows
 */
record Verdict(Count postgres, Count delta, List<String> wrong) {
    static final Verdict CLEAN = new Verdict(Count.NONE, Count.NONE, List.of());

    boolean holds() {
        return postgres.isClean() && delta.isClean() && wrong.isEmpty();
    }

    Verdict plus(Verdict other) {
        List<String> all = new ArrayList<>(wrong);
        all.addAll(other.wrong);
        return new Verdict(postgres.plus(other.postgres), delta.plus(other.delta), List.copyOf(all));
    }

    @Override
    public String toString() {
        return "postgres lost=" + postgres.lost() + " duplicated=" + postgres.duplicated() + " foreign="
                + postgres.foreign() + "; delta lost=" + delta.lost() + " duplicated=" + delta.duplicated()
                + " foreign="
                + delta.foreign() + (wrong.isEmpty() ? "" : "; " + String.join("; ", wrong));
    }
}
