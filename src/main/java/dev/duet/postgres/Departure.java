package dev.duet.postgres;

import dev.duet.change.SchemaPolicy;
import dev.duet.change.TableId;
import dev.duet.delivery.TableStoppedException;
import org.jspecify.annotations.Nullable;

/**
 * A column of a mirror that the changes of one schema don't bring, or bring narrower, though the source had it so at an LSN. A change
 * with a lower LSN is from before: it leaves the column alone, and a new row gets the column's default as in the source. A change with a
 * greater LSN is from after the source dropped or narrowed the column.
 *
 * @param type the mirror's
 * @param notNull whether the mirror's column refuses null
 */
record Departure(Kind kind, String column, String type, boolean notNull, long lsn) {
    enum Kind {
        DROPPED,
        NARROWED
    }

    /** Whether a change at this LSN writes null into the column. */
    boolean isNulledAt(long changeLsn) {
        return kind == Kind.DROPPED && changeLsn > lsn;
    }

    /** Why a change at this LSN is not to be written; null if it is. */
    @Nullable
    TableStoppedException refusal(TableId table, TargetName name, SchemaPolicy policy, long changeLsn) {
        if (changeLsn <= lsn) {
            return null;
        }
        String quoted = TargetName.quote(column);
        String of = "the column " + quoted + " of " + table + ", and the target " + name;
        String alter = "ALTER TABLE " + name.quoted()
                + (kind == Kind.DROPPED && policy.keepsDropped() ? " ALTER" : " DROP") + " COLUMN " + quoted;
        String why = null;
        if (kind == Kind.NARROWED) {
            if (!policy.keepsWider()) {
                why = "narrowed " + of + " has it as " + type
                        + ". It goes on with duet.schema-changes.narrow-column=keep"
                        + " (the target's column stays as it is), or when the target's column has the source's type.";
            }
        } else if (!policy.keepsDropped()) {
            why = "dropped " + of + " has it still. It goes on with duet.schema-changes.drop-column=keep (the target's"
                    + " column stays and is null from now on), or after: " + alter;
        } else if (notNull) {
            why = "dropped " + of + " does not let it be null. It goes on after: " + alter + " DROP NOT NULL";
        }
        return why == null ? null : new TableStoppedException(table, "the source " + why);
    }
}
