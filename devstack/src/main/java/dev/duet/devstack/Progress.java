package dev.duet.devstack;

import java.io.PrintStream;
import java.util.Locale;

/// Lines for the person who waits, with the seconds since the start. Safe for several threads.
final class Progress {

    private final long startNanos = System.nanoTime();
    private final PrintStream out;

    Progress(PrintStream out) {
        this.out = out;
    }

    double seconds() {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    void line(String text) {
        out.println(String.format(Locale.ROOT, "[%5.1f s] %s", seconds(), text));
    }

    void line(PartName part, String text) {
        line(part + ": " + text);
    }

    void ready(String text) {
        out.println(String.format(Locale.ROOT, "devstack ready in %.1f s: %s", seconds(), text));
    }
}
