package dev.duet.inspect;

import java.util.List;

/** Looks at one of the parts that the service stands on. Changes nothing that lasts. Blocks. */
public interface Checkup {
    /** What is looked at, in one word. */
    String area();

    /**
     * What was found, good and bad.
     *
     * @throws UnreachableException if it does not answer
     */
    List<Finding> look();
}
