package dev.duet.failpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The fail point that this process is to stand still at. In a native image this class is initialized at run time. */
final class Armed {
    static final String AT = "duet.failpoint.at";
    static final String DIR = "duet.failpoint.dir";
    private static final Pattern SPEC = Pattern.compile("([a-z-]+)(?:@([a-z]+))?(?::([1-9][0-9]{0,8}))?");
    private static final long PAUSE_NANOS = 2_000_000;

    static final boolean ON = System.getProperty(AT) != null;
    static final Armed POINT = new Armed(System.getProperty(AT, ""), System.getProperty(DIR));

    private final String spec;
    private final @Nullable String dir;
    private final String name;
    private final String sink;
    private final AtomicInteger left;

    /** Takes any text; {@link #check} says what is wrong with it. */
    Armed(String spec, @Nullable String dir) {
        Matcher parts = SPEC.matcher(spec);
        boolean readable = parts.matches();
        this.spec = spec;
        this.dir = dir;
        this.name = readable ? parts.group(1) : spec;
        this.sink = readable && parts.group(2) != null ? parts.group(2) : "";
        this.left = new AtomicInteger(readable && parts.group(3) != null ? Integer.parseInt(parts.group(3)) : 1);
    }

    void check() {
        if (!SPEC.matcher(spec).matches()) {
            throw new IllegalArgumentException(AT + " is '" + spec + "': write NAME, NAME@SINK or NAME@SINK:TIMES");
        }
        var unused = FailPoint.of(name);
        if (dir == null || !Files.isDirectory(Path.of(dir))) {
            throw new IllegalArgumentException(DIR + " must name a folder that exists, since " + AT + " is set");
        }
    }

    void reached(FailPoint point, String at) {
        if (point.stableName().equals(name)
                && (sink.isEmpty() || sink.equals(at))
                && left.decrementAndGet() == 0
                && dir != null) {
            standStill(Path.of(dir), sink.isEmpty() ? name : name + "@" + sink);
        }
    }

    /** An interrupt does not end it: nobody is to get past this point but by leave. */
    private static void standStill(Path folder, String file) {
        boolean interrupted = false;
        try {
            Files.createFile(folder.resolve(file + ".reached"));
            Path release = folder.resolve(file + ".release");
            while (!Files.exists(release)) {
                interrupted |= Thread.interrupted();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
