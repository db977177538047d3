package dev.duet.inspect;

import dev.duet.change.TopicPartition;
import java.util.Map;

/** How far both sinks are. Blocks. */
public interface SinkProgress {
    /** The first offset of each partition that is not known to be in both sinks. */
    Map<TopicPartition, Long> delivered();
}
