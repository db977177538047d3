package dev.duet.web;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The dashboard and its interface. */
@ConfigMapping(prefix = "duet.web")
public interface WebConfig {
    /** Whether there is a page and an interface at all. Metrics and health don't depend on it. */
    @WithDefault("true")
    boolean enabled();

    /** Lets everybody on this host look and change without a login. For development: only while the server listens on loopback. */
    @WithDefault("false")
    boolean open();

    /** Whether a table's page shows rows of the two copies. Viewers see them. */
    @WithDefault("true")
    boolean rows();

    /** Pages that are told each second at the same time; further ones ask for themselves, less often. */
    @WithDefault("32")
    int maxListeners();
}
