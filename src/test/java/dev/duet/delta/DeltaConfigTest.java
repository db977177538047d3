package dev.duet.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Configuration, paths and the small formats. */
class DeltaConfigTest {
    @Test
    void defaults() {
        DeltaConfig config = DeltaFixture.config(Map.of("duet.delta.root", "s3a://lake/cdc"));
        assertThat(config.table()).isEqualTo("{schema}/{table}");
        assertThat(config.commitInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.maxBatchRows()).isEqualTo(200_000);
        assertThat(config.maxBatchBytes().asLongValue()).isEqualTo(32L << 20);
        assertThat(config.partitionBy()).isEqualTo("__date");
        assertThat(config.checkpointInterval()).isEqualTo(100);
        assertThat(config.rowGroupBytes().asLongValue()).isEqualTo(32L << 20);
        assertThat(config.maxOpenTables()).isEqualTo(256);
        assertThat(config.writers()).isEqualTo(2);
        assertThat(config.hadoop()).isEmpty();
        assertThat(config.s3().endpoint()).isEmpty();
        assertThat(config.s3().region()).isEqualTo("us-east-1");
        assertThat(config.s3().pathStyleAccess()).isFalse();
        assertThat(config.s3().accessKey()).isEmpty();
        assertThat(config.s3().secretKey()).isEmpty();
        assertThat(config.s3().requestTimeout()).isEqualTo(Duration.ofSeconds(20));
    }

    @ParameterizedTest
    @CsvSource({
        "s3a://lake, s3a://lake",
        "s3a://lake/cdc/, s3a://lake/cdc",
        "file:///var/lake, file:/var/lake",
        "file:/var/lake/, file:/var/lake"
    })
    void roots(String given, String normal) {
        assertThat(Storage.root(DeltaFixture.config(Map.of("duet.delta.root", given))))
                .isEqualTo(normal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"s3://lake/cdc", "/var/lake", "lake", "s3a://lake/../x", "file://host/x", "s3a://", "hdfs://x/y"
            })
    void wrongRootsAreNamedWithTheFix(String root) {
        DeltaConfig config = DeltaFixture.config(Map.of("duet.delta.root", root));
        assertThatThrownBy(() -> new DeltaSink("p", config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("duet.delta.root")
                .hasMessageContaining("s3a:");
    }

    @ParameterizedTest
    @CsvSource({
        "duet.delta.table, {schema}",
        "duet.delta.table, ../{table}",
        "duet.delta.table, /{table}",
        "duet.delta.table, {db}/{table}",
        "duet.delta.partition-by, amount"
    })
    void wrongValuesAreNamed(String key, String value) {
        DeltaConfig config = DeltaFixture.config(Map.of("duet.delta.root", "s3a://lake", key, value));
        assertThatThrownBy(() -> new DeltaSink("p", config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(value);
    }

    @Test
    void halfAKeyPairIsNamed() {
        DeltaConfig config =
                DeltaFixture.config(Map.of("duet.delta.root", "s3a://lake", "duet.delta.s3.access-key", "a"));
        assertThatThrownBy(() -> S3Storage.configuration(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("duet.delta.s3.secret-key");
    }

    @Test
    void noNameLeavesTheRoot() {
        TablePaths paths = new TablePaths("s3a://lake/cdc", "{schema}/{table}");
        assertThat(paths.of(new TableId("public", "orders"))).isEqualTo("s3a://lake/cdc/public/orders");
        assertThat(paths.of(new TableId("..", "a/b"))).isEqualTo("s3a://lake/cdc/!002e!002e/a!002fb");
        assertThat(paths.of(new TableId("", "{schema}"))).isEqualTo("s3a://lake/cdc/!/!007bschema!007d");
        assertThat(paths.of(new TableId("{table}", "x"))).isEqualTo("s3a://lake/cdc/!007btable!007d/x");
        assertThat(TablePaths.segment("a!b")).isNotEqualTo(TablePaths.segment("a b"));
    }

    @Test
    void positionsAreShortJson() {
        StoredPosition position = new StoredPosition(0, 6000, 5990, 10, "k3v9");
        assertThat(position.json()).isEqualTo("{\"next\":6000,\"applied\":5990,\"skipped\":10,\"by\":\"k3v9\"}");
        assertThat(StoredPosition.parse(position.json())).isEqualTo(position);
        StoredPosition again = new StoredPosition(2, 6000, 5990, 10, "k3v9");
        assertThat(again.json()).startsWith("{\"generation\":2,\"next\":6000,");
        assertThat(StoredPosition.parse(again.json())).isEqualTo(again);
        assertThatThrownBy(() -> StoredPosition.parse("{}")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void domainsOfTwoPipelinesNeverMeet() {
        TopicPartition partition = new TopicPartition("b.c", 1);
        assertThat(new Positions("main").domain(partition)).isEqualTo("duet.main.b.c-1");
        assertThat(new Positions("a").domain(partition))
                .isNotEqualTo(new Positions("a.b").domain(new TopicPartition("c", 1)));
    }

    @ParameterizedTest
    @CsvSource({"0, 00:00:00.000000", "86400000000, 24:00:00.000000", "45296000001, 12:34:56.000001"})
    void timesOfDay(long micros, String text) {
        assertThat(TimeOfDay.text(micros)).isEqualTo(text);
    }
}
