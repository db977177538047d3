package dev.duet;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** The service's way in. */
@QuarkusMain
public final class Application {
    private Application() {}

    /** Starts the service and returns when it has stopped. */
    public static void main(String... args) {
        Quarkus.run(args);
    }
}
