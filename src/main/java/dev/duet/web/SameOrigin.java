package dev.duet.web;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A changing request has to come from the page itself or from no page. A browser sends a login that it knows with requests of other
 * sites too, but not with a header of its own kind: for that it would ask first, and nobody here answers.
 */
@Provider
public final class SameOrigin implements ContainerRequestFilter {
    static final String HEADER = "X-Duet-Request";
    private static final Set<String> READING = Set.of("GET", "HEAD");

    @Override
    public void filter(ContainerRequestContext request) {
        if (READING.contains(request.getMethod())) {
            return;
        }
        boolean foreign = isForeign(request.getHeaderString("Origin"), request.getHeaderString("Host"))
                || "cross-site".equals(request.getHeaderString("Sec-Fetch-Site"));
        if (foreign || request.getHeaderString(HEADER) == null) {
            request.abortWith(Response.status(Response.Status.FORBIDDEN)
                    .type(MediaType.APPLICATION_JSON)
                    .entity(Json.text(Map.of(
                            "error",
                            foreign
                                    ? "This request comes from another site's page."
                                    : "A changing request needs the header " + HEADER + ": 1.")))
                    .build());
        }
    }

    private static boolean isForeign(@Nullable String origin, @Nullable String host) {
        if (origin == null) {
            return false;
        }
        try {
            return !String.valueOf(URI.create(origin).getRawAuthority()).equals(host);
        } catch (IllegalArgumentException e) {
            return true;
        }
    }
}
