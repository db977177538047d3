package dev.duet.transform;

import dev.duet.change.RowChange;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Applies {@code duet.transform} to row changes: deterministic, without a memory of earlier rows, so that a record that is read again
 * becomes the same change again.
 *
 * <p>What is to be done is compiled once for each {@link TableSchema} and remembered by its identity, and the result has one schema
 * instance for each: sinks keep what they prepared by it. A table without a rule costs a look at its schema.
 *
 * <p>Not thread-safe: one for the decoding thread.
 */
public final class Transforms {
    /** As many as the decoder remembers schemas. */
    private static final int MAX_PLANS = 10_000;

    private final List<Rule> rules;
    private final Map<TableSchema, Plan> plans = new IdentityHashMap<>();
    private @Nullable TableSchema lastSchema;
    private @Nullable Plan lastPlan;

    private Transforms(List<Rule> rules) {
        this.rules = rules;
    }

    /** @throws IllegalArgumentException if a rule can't be used; one sentence that names the key and the fix */
    public static Transforms of(TransformConfig config) {
        return new Transforms(config.rules().entrySet().stream()
                .map(rule -> RuleParser.parse(rule.getKey(), rule.getValue()))
                .sorted(Comparator.comparingInt(Rule::order).thenComparing(Rule::name))
                .toList());
    }

    public Outcome apply(RowChange change) {
        if (rules.isEmpty()) {
            return new Outcome.Changed(change);
        }
        TableSchema schema = change.schema();
        Plan plan = schema == lastSchema ? lastPlan : plans.get(schema);
        if (plan == null) {
            try {
                plan = compile(schema);
            } catch (Unusable e) {
                return new Outcome.Stopped(schema.source(), String.valueOf(e.getMessage()));
            }
        }
        lastSchema = schema;
        lastPlan = plan;
        return plan.apply(change);
    }

    /** The key of the filter that excludes the row of this change, for those who look at events; empty if none does. */
    public Optional<String> excluding(RowChange change) {
        Outcome applied = apply(change);
        Plan plan = lastPlan;
        return applied instanceof Outcome.Stopped || plan == null ? Optional.empty() : plan.excluding(change);
    }

    /** The fields beside {@code before} and {@code after} that belong to the rows of this source table. */
    public List<String> lifted(TableId table) {
        Set<String> lifted = new LinkedHashSet<>();
        rules.stream().filter(rule -> rule.tables().matches(table)).forEach(rule -> lifted.addAll(rule.lift()));
        return List.copyOf(lifted);
    }

    /** Whether rows of this source table go on with other columns or elsewhere, so that its target does not show its columns. */
    public boolean reshapes(TableId table) {
        return rules.stream().anyMatch(rule -> rule.tables().matches(table) && !rule.onlyFilters());
    }

    /** Whether there is a rule for this source table, so that its rows are others than the source's, or fewer. */
    public boolean touches(TableId table) {
        return rules.stream().anyMatch(rule -> rule.tables().matches(table));
    }

    /** The name under which rows of this source table go on. */
    public TableId routed(TableId table) {
        TableId routed = table;
        for (Rule rule : rules) {
            if (rule.tables().matches(table) && rule.route() != null) {
                routed = rule.route().of(table);
            }
        }
        return routed;
    }

    private Plan compile(TableSchema schema) throws Unusable {
        Shape shape = Shape.of(schema);
        for (Rule rule : rules) {
            if (rule.tables().matches(schema.source())) {
                shape = RuleCompiler.apply(rule, shape, schema.source());
            }
        }
        if (plans.size() >= MAX_PLANS) {
            plans.clear();
        }
        Plan plan = new Plan(schema, shape);
        plans.put(schema, plan);
        return plan;
    }
}
