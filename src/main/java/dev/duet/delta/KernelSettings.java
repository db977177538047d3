package dev.duet.delta;

import java.util.HashMap;
import java.util.Map;

/** What Kernel's engine and Parquet ask a FileIO's {@code getConf} for. */
final class KernelSettings {
    private KernelSettings() {}

    static Map<String, String> of(DeltaConfig config) {
        Map<String, String> settings = new HashMap<>();
        // The only way to compress: Kernel 4.4.0 ignores the table property delta.parquet.compression.codec.
        settings.put("parquet.compression", "zstd");
        settings.put("parquet.block.size", Long.toString(config.rowGroupBytes().asLongValue()));
        settings.putAll(config.hadoop());
        return Map.copyOf(settings);
    }
}
