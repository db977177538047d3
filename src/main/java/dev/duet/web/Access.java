package dev.duet.web;

import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.HttpSecurityPolicy;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Who may do what, for every request. Whatever is not named here needs a login.
 *
 * <pre>
 * /q/health..., /q/metrics      everybody: kubelet and Prometheus; kept from strangers by the network
 * reading                       role viewer or operator
 * changing                      role operator, and see {@link SameOrigin}
 * </pre>
 *
 * With {@code duet.web.open=true}, which is refused unless the server listens on loopback, everybody on this host may do all. A page of
 * another site in a browser on this host may not: the Host header has to name this host.
 */
@Singleton
public final class Access implements HttpSecurityPolicy {
    static final String VIEWER = "viewer";
    static final String OPERATOR = "operator";

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1", "[::1]", "0:0:0:0:0:0:0:1");
    private static final String USERS = "quarkus.security.users.embedded.users.";

    private final WebConfig web;
    private final String host;
    private final boolean oidc;
    private final boolean users;

    Access(
            WebConfig web,
            @ConfigProperty(name = "quarkus.http.host") String host,
            @ConfigProperty(name = "quarkus.oidc.tenant-enabled") Optional<Boolean> oidc,
            Config config) {
        this.web = web;
        this.host = host;
        this.oidc = oidc.orElse(false);
        boolean any = false;
        for (String name : config.getPropertyNames()) {
            any |= name.startsWith(USERS);
        }
        this.users = any;
    }

    /** @throws IllegalArgumentException if strangers could look in; says which settings help */
    public void check() {
        boolean loopback = isLoopback(host);
        if (web.enabled() && web.open() && !loopback) {
            throw new IllegalArgumentException("duet.web.open is true and quarkus.http.host is " + host
                    + ": everybody in the network could pause the service. Set duet.web.open=false and users or OpenID Connect, or let it"
                    + " listen on 127.0.0.1.");
        }
        if (web.enabled() && !loopback && !users && !oidc) {
            throw new IllegalArgumentException("quarkus.http.host is " + host + " and nobody can log in: set users"
                    + " (quarkus.security.users.embedded.users.<name>) or OpenID Connect (quarkus.oidc.tenant-enabled=true), or switch"
                    + " the page off with duet.web.enabled=false; see docs/dashboard.md.");
        }
    }

    @Override
    public Uni<CheckResult> checkPermission(
            RoutingContext request, Uni<SecurityIdentity> identity, AuthorizationRequestContext context) {
        String path = request.normalizedPath();
        if (path.startsWith("/q/health") || path.equals("/q/metrics")) {
            return CheckResult.permit();
        }
        if (!web.enabled()) {
            return CheckResult.deny();
        }
        if (web.open() && isLocal(request)) {
            return CheckResult.permit();
        }
        HttpMethod method = request.request().method();
        boolean reading = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        return identity.map(who ->
                who.hasRole(OPERATOR) || (reading && who.hasRole(VIEWER)) ? CheckResult.PERMIT : CheckResult.DENY);
    }

    private static boolean isLocal(RoutingContext request) {
        SocketAddress from = request.request().connection().remoteAddress();
        var authority = request.request().authority();
        return from != null
                && isLoopback(from.hostAddress())
                && authority != null
                && isLoopback(authority.host().toLowerCase(Locale.ROOT));
    }

    private static boolean isLoopback(String address) {
        return LOOPBACK.contains(address) || address.matches("127(\\.\\d{1,3}){3}");
    }

    /** What this request may do, for the page. */
    boolean mayChange(SecurityIdentity identity) {
        return web.open() || identity.hasRole(OPERATOR);
    }
}
