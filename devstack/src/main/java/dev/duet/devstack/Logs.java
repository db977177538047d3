package dev.duet.devstack;

import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.LogManager;

/// Where the parts' log lines go; read by `log4j2.xml`.
final class Logs {

    static final String ERRORS_ON_CONSOLE = "ERROR";
    static final String NOTHING_ON_CONSOLE = "OFF";

    private Logs() {}

    /// To be called before the first logger is made: log4j reads the properties once.
    static void sendTo(Path folder, String console) {
        System.setProperty("devstack.logs", folder.toString());
        System.setProperty("devstack.console", console);
        LogManager.getLogManager().getLogger("").setLevel(Level.SEVERE); // Jersey and pgjdbc
    }
}
