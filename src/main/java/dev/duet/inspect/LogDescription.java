package dev.duet.inspect;

import dev.duet.change.TableId;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A change log as it is at one version.
 *
 * @param path where it lies, such as {@code s3a://lake/cdc/public/orders}
 * @param committedAt when the version was committed
 * @param positions the first offset that the log has not got, by {@code topic-partition}, of this pipeline
 */
public record LogDescription(
        TableId table,
        String path,
        long version,
        Instant committedAt,
        List<LogColumn> columns,
        List<String> partitionColumns,
        Map<String, String> properties,
        Map<String, Long> positions) {}
