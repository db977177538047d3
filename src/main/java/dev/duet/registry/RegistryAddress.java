package dev.duet.registry;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * Where a registry's interfaces begin.
 *
 * @param confluent without a slash at its end
 * @param apicurio without a slash at its end; where Apicurio's own interface would be if it is no Apicurio
 */
record RegistryAddress(String confluent, String apicurio) {
    private static final String COMPATIBLE = "/apis/ccompat/";
    private static final String OWN = "/apis/registry/v3";

    /** @throws IllegalArgumentException with a sentence that names the key */
    static RegistryAddress of(RegistryConfig config) {
        String confluent = checked("duet.source.registry.url", config.url().orElseThrow());
        int compatible = confluent.indexOf(COMPATIBLE);
        String root = compatible < 0 ? confluent : confluent.substring(0, compatible);
        return new RegistryAddress(
                confluent,
                config.apicurioUrl()
                        .map(url -> checked("duet.source.registry.apicurio-url", url))
                        .orElse(root + OWN));
    }

    private static String checked(String key, String url) {
        String fault = "is no address";
        try {
            URI uri = new URI(url);
            boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (isHttp && uri.getHost() != null && uri.getQuery() == null && uri.getUserInfo() == null) {
                return url.replaceAll("/+$", "");
            }
            fault = uri.getUserInfo() != null ? "holds a user, which belongs into duet.source.registry.user" : fault;
        } catch (URISyntaxException e) {
            // As below; its message would repeat the text.
        }
        throw new IllegalArgumentException(
                key + " " + fault + ": set it to where the registry's interface begins, for example"
                        + " http://registry:8080/apis/ccompat/v7");
    }
}
