package dev.duet.cli;

/** What a command's exit code says; docs/operations.md has a heading for each. */
final class ExitCode {
    /** Done, or all is well. */
    static final int OK = 0;
    /** The answer is no: a difference, a failed check, a file with bad rows, a service that is not well. */
    static final int NO = 1;
    /** The command line, a setting or a name is wrong; nothing was done. */
    static final int USAGE = 2;
    /** Something that is needed does not answer; the same command may work later. */
    static final int UNREACHABLE = 3;
    /** Refused by the other side: a login, a right, or a state in which it would be dangerous. */
    static final int REFUSED = 4;
    /** A defect of Duet. */
    static final int DEFECT = 70;

    private ExitCode() {}
}
