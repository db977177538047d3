package dev.duet.transform;

import dev.duet.change.ColumnType;
import dev.duet.change.TablePattern;
import dev.duet.change.TypeText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Checks a rule of the configuration as far as it can be without a table. Each refusal names the key and the fix. */
final class RuleParser {
    private final String prefix;
    private final TransformConfig.Rule config;

    private RuleParser(String name, TransformConfig.Rule config) {
        this.prefix = Rule.PREFIX + name + ".";
        this.config = config;
    }

    /** @throws IllegalArgumentException with one sentence */
    static Rule parse(String name, TransformConfig.Rule config) {
        return new RuleParser(name, config).parse(name);
    }

    private Rule parse(String name) {
        List<String> tables = config.tables()
                .orElseThrow(() -> refused(
                        "tables",
                        "is missing: set it to the source tables, for example public.fund_metadata or public.*"));
        TablePattern pattern = parsed("tables", tables, TablePattern::of);
        Set<String> hashed = set(config.hash());
        Rule rule = new Rule(
                name,
                pattern,
                config.order(),
                config.missingColumns() == TransformConfig.MissingColumns.IGNORE,
                List.copyOf(set(config.lift())),
                config.where()
                        .map(text -> parsed("where", text, FilterParser::parse))
                        .orElse(null),
                set(config.columns()),
                set(config.drop()),
                casts(),
                hashed,
                hash(hashed),
                masks(),
                new LinkedHashMap<>(config.rename()),
                new LinkedHashMap<>(config.add()),
                config.route().map(text -> parsed("route", text, Route::parse)).orElse(null));
        check(rule);
        return rule;
    }

    private void check(Rule rule) {
        if (rule.where() == null && rule.onlyFilters()) {
            throw refused("tables", "stands alone: say what is done with these tables (where, rename, add, drop, ...)");
        }
        if (rule.route() != null && !rule.tables().single() && !rule.route().namesTheTable()) {
            throw refused(
                    "route",
                    "would lead several tables to one name, where they would overwrite each other: put {table} into it, or make"
                            + " a rule for each table");
        }
        Map<String, String> used = new HashMap<>();
        once(used, "drop", rule.drop());
        once(used, "cast", rule.casts().keySet());
        once(used, "hash", rule.hashed());
        once(used, "mask", rule.masks().keySet());
        for (String column : rule.renames().keySet()) {
            if (rule.drop().contains(column)) {
                throw refused("rename." + column, "renames a column that the rule drops: take one of the two away");
            }
        }
        Set<String> news = new HashSet<>(rule.added().keySet());
        rule.renames().forEach((from, to) -> {
            if (!news.add(to)) {
                throw refused("rename." + from, "gives a second column the name " + to + ": choose another");
            }
        });
        for (String column : rule.named()) {
            if (!rule.columns().isEmpty() && !rule.columns().contains(column)) {
                throw refused(
                        "columns", "does not have " + column + ", which the rule changes: add it, or don't name it");
            }
        }
    }

    private void once(Map<String, String> used, String part, Set<String> columns) {
        for (String column : columns) {
            String other = used.putIfAbsent(column, part);
            if (other != null) {
                throw refused(
                        part,
                        "names " + column + ", and so does " + other + ": take one away, or make two rules of it");
            }
        }
    }

    private Map<String, ColumnType> casts() {
        Map<String, ColumnType> casts = new LinkedHashMap<>();
        config.cast()
                .forEach((column, type) -> casts.put(
                        column,
                        TypeText.parse(type)
                                .filter(Cast::leadsTo)
                                .orElseThrow(() -> refused(
                                        "cast." + column,
                                        "is '" + type
                                                + "', which is no type that values are cast to: write it as in SQL, for example"
                                                + " numeric(10,2)"))));
        return casts;
    }

    private @Nullable Hash hash(Set<String> hashed) {
        if (hashed.isEmpty()) {
            return null;
        }
        String salt = config.salt()
                .orElseThrow(() -> refused(
                        "salt",
                        "is missing: without a secret every hash of a known value can be looked up; set it to"
                                + " at least " + Hash.MIN_SALT_LENGTH + " random characters"));
        if (salt.length() < Hash.MIN_SALT_LENGTH) {
            throw refused(
                    "salt",
                    "is shorter than " + Hash.MIN_SALT_LENGTH + " characters, so it can be guessed: set it to"
                            + " random ones");
        }
        return new Hash(salt);
    }

    private Map<String, Rule.MaskKind> masks() {
        Map<String, Rule.MaskKind> masks = new LinkedHashMap<>();
        config.mask().forEach((column, text) -> masks.put(column, new Rule.MaskKind.Fixed(text)));
        config.maskButLast().forEach((column, shown) -> {
            if (shown < 1 || shown > 1000) {
                throw refused("mask-but-last." + column, "is " + shown + ": set it to 1 to 1000 characters");
            }
            if (masks.put(column, new Rule.MaskKind.ButLast(shown)) != null) {
                throw refused("mask-but-last." + column, "stands beside mask." + column + ": take one away");
            }
        });
        return masks;
    }

    private <T, R> R parsed(String part, T setting, Function<T, R> parser) {
        try {
            return parser.apply(setting);
        } catch (IllegalArgumentException e) {
            throw refused(part, "can't be read: " + e.getMessage());
        }
    }

    private static Set<String> set(Optional<List<String>> names) {
        Set<String> set = new LinkedHashSet<>();
        names.orElse(new ArrayList<>()).forEach(name -> set.add(name.strip()));
        return set;
    }

    private IllegalArgumentException refused(String part, String why) {
        return new IllegalArgumentException(prefix + part + " " + why);
    }
}
