package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.SchemaPolicy;
import dev.duet.change.TableId;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SchemaPoliciesTest {
    private static SchemaPolicies policies(Map<String, String> settings) {
        return new SchemaPolicies(new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(SchemaChangesConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build()
                .getConfigMapping(SchemaChangesConfig.class));
    }

    private static SchemaPolicy of(SchemaPolicies policies, String table) {
        return policies.of(new TableId("public", table));
    }

    @Test
    void byDefaultAllIsDoneThatLosesNothing() {
        assertThat(of(policies(Map.of()), "fund")).isEqualTo(SchemaPolicy.DEFAULT);
    }

    @Test
    void theLongestNameCountsForEachSetting() {
        SchemaPolicies policies = policies(Map.of(
                "duet.schema-changes.add-column", "stop",
                "duet.schema-changes.tables.\"public.*\".drop-column", "stop",
                "duet.schema-changes.tables.\"public.*\".narrow-column", "stop",
                "duet.schema-changes.tables.\"public.fund_*\".narrow-column", "keep",
                "duet.schema-changes.tables.\"public.fund_*\".add-column", "apply"));
        assertThat(of(policies, "fund_unit")).isEqualTo(new SchemaPolicy(true, true, false, true));
        assertThat(of(policies, "orders")).isEqualTo(new SchemaPolicy(false, true, false, false));
        assertThat(policies.of(new TableId("other", "fund_unit"))).isEqualTo(new SchemaPolicy(false, true, true, true));
    }

    @Test
    void aNameWithoutASchemaIsRefused() {
        assertThatThrownBy(() -> policies(Map.of("duet.schema-changes.tables.fund.drop-column", "stop")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("duet.schema-changes.tables.\"fund\"")
                .hasMessageContaining("schema.table");
        assertThatThrownBy(() -> policies(Map.of("duet.schema-changes.drop-column", "apply")))
                .hasMessageContaining("duet.schema-changes.drop-column");
    }
}
