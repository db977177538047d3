package dev.duet.chaos;

/** How an instance leaves the stage. */
enum Death {
    /** SIGKILL; another instance starts. */
    KILLED("SIGKILL"),
    /**
     * SIGSTOP until the group has expelled it and another instance has delivered everything, then SIGCONT: it goes on exactly where
     * it stood, with partitions that are no longer its own.
     */
    ZOMBIE("frozen, replaced, thawed");

    private final String text;

    Death(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
