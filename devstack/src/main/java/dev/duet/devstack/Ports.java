package dev.duet.devstack;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/// The ports of a data folder. A port that was free at the last start is taken again, so that clients survive a
/// restart of the stack.
final class Ports {

    static final String HOST = "127.0.0.1";

    // Below Linux's range for outgoing connections (32768): one of those could take the port before the part binds it.
    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 32_000;
    private static final int TRIES = 200;

    private final Path file;
    private final Properties remembered = new Properties();
    private final Set<Integer> given = new HashSet<>();

    private Ports(Path file) {
        this.file = file;
    }

    static Ports read(Path file) throws IOException {
        Ports ports = new Ports(file);
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                ports.remembered.load(reader);
            } catch (IllegalArgumentException e) {
                ports.remembered.clear(); // damaged by hand: new ports do no harm
            }
        }
        return ports;
    }

    /// @param wanted the port that the user asked for; 0: any
    int choose(String part, int wanted) {
        int port = wanted == 0 ? rememberedOrFree(part) : wanted;
        if (wanted != 0 && !(isFree(wanted) && !given.contains(wanted))) {
            throw new StackFailure("port " + wanted + " for " + part + " is taken; choose another or stop its owner");
        }
        given.add(port);
        remembered.setProperty(part, Integer.toString(port));
        return port;
    }

    void write() throws IOException {
        try (Writer writer = Files.newBufferedWriter(file)) {
            remembered.store(writer, "ports of the last start");
        }
    }

    private int rememberedOrFree(String part) {
        String last = remembered.getProperty(part, "0");
        int port = last.matches("\\d{1,5}") ? Integer.parseInt(last) : 0;
        for (int i = 0; i < TRIES; i++) {
            if (port > 0 && port < 65536 && !given.contains(port) && isFree(port)) {
                return port;
            }
            port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
        }
        throw new StackFailure("no free port for " + part + " between " + LOWEST + " and " + HIGHEST);
    }

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(HOST), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
