package dev.duet.delta;

import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.engine.Engine;

/**
 * The newest version of a log that others write to. Kernel 4.4.0 lists versions and checksums one after the other, and refuses a checksum
 * that is newer than the versions it has seen: then the log is listed again.
 */
final class NewestSnapshot {
    private static final int LISTINGS = 5;

    private NewestSnapshot() {}

    /** @throws IllegalArgumentException if other writers were faster each of several times; see {@link #isOvertaken} */
    static Snapshot of(String path, Engine engine) {
        for (int attempt = 1; ; attempt++) {
            try {
                return TableManager.loadSnapshot(path).build(engine);
            } catch (IllegalArgumentException e) {
                if (attempt == LISTINGS || !isOvertaken(e)) {
                    throw e;
                }
            }
        }
    }

    /** Whether another writer has made a version while the log was listed. */
    static boolean isOvertaken(IllegalArgumentException failure) {
        return String.valueOf(failure.getMessage()).startsWith("checksum version");
    }
}
