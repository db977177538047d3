package dev.duet.web;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;

/** The settings in force, without those that are secret. */
final class Configuration {
    private static final Pattern SHOWN =
            Pattern.compile("(duet|kafka|mp\\.messaging|quarkus\\.(http|datasource|log|oidc|tls))\\..*");
    /** A user's digest is as good as a short password, a transform's salt undoes its hashes. */
    private static final Pattern SECRET =
            Pattern.compile("(?i).*(password|secret|key|token|credential|jaas|salt|embedded\\.users).*");

    private static final Pattern NO_SECRET = Pattern.compile(".*\\.key\\.(de)?serializer");
    private static final Pattern USER_INFO = Pattern.compile("(://[^/@\\s:]*):[^@\\s]*@");
    private static final Pattern PARAMETER = Pattern.compile(
            "(?i)([\\w.-]*(?:password|secret|token|credential|key)[\\w.-]*\\s*=\\s*)(\"[^\"]*\"|[^&;,\\s]+)");

    private static final int LOWEST_SET = 100;

    static final String HIDDEN = "(hidden)";

    /** @param value as it is in force, {@link #HIDDEN} if the key is one for secrets */
    record Setting(String key, String value) {}

    private Configuration() {}

    static List<Setting> of(Config config) {
        TreeSet<String> names = new TreeSet<>();
        config.getPropertyNames().forEach(name -> {
            if (SHOWN.matcher(name).matches() && (!name.startsWith("quarkus.") || isSet(config, name))) {
                names.add(name);
            }
        });
        List<Setting> settings = new ArrayList<>();
        for (String name : names) {
            String value = value(config, name);
            if (!value.isEmpty()) {
                settings.add(new Setting(name, shown(name, value)));
            }
        }
        return settings;
    }

    /** Of Quarkus' hundreds of keys those that Duet or a user has set. */
    private static boolean isSet(Config config, String name) {
        int ordinal = config.getConfigValue(name).getSourceOrdinal();
        return ordinal >= LOWEST_SET && ordinal < Integer.MAX_VALUE; // above: fixed when the service was built
    }

    private static String value(Config config, String name) {
        try {
            return config.getOptionalValue(name, String.class).orElse("");
        } catch (NoSuchElementException | IllegalArgumentException e) { // an expression that names a missing key
            return "";
        }
    }

    static String shown(String key, String value) {
        if (SECRET.matcher(key).matches() && !NO_SECRET.matcher(key).matches()) {
            return HIDDEN;
        }
        String masked = USER_INFO.matcher(value).replaceAll("$1:" + HIDDEN + "@");
        return PARAMETER.matcher(masked).replaceAll("$1" + HIDDEN);
    }
}
