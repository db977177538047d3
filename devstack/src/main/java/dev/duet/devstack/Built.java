package dev.duet.devstack;

import java.net.URISyntaxException;
import java.nio.file.Path;

/// What the build puts beside the jar (pom.xml).
final class Built {

    private Built() {}

    static Path folder(String name) {
        try {
            Path code = Path.of(Built.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return code.toAbsolutePath().resolveSibling(name);
        } catch (URISyntaxException e) {
            throw new StackFailure("the program's own place is unknown: " + e.getMessage(), e);
        }
    }
}
