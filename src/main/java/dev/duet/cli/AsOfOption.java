package dev.duet.cli;

import dev.duet.inspect.AsOf;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which version of a change log. */
final class AsOfOption {
    @ArgGroup(exclusive = true)
    @Nullable
    Choice choice;

    static final class Choice {
        @Option(
                names = "--version",
                paramLabel = "N",
                description = "The version of this number (default: the newest).")
        @Nullable
        Long version;

        @Option(
                names = "--as-of",
                paramLabel = "TIME",
                description =
                        "The newest version that was committed by this time: 2026-01-31T12:00:00Z, 2026-01-31 (UTC), 10m (ago).")
        @Nullable
        Instant time;
    }

    AsOf asOf() {
        if (choice == null) {
            return new AsOf.Latest();
        }
        return choice.version != null
                ? new AsOf.Version(choice.version)
                : choice.time == null ? new AsOf.Latest() : new AsOf.Time(choice.time);
    }
}
