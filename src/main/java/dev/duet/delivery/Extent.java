package dev.duet.delivery;

import java.util.Set;

/** How much of what a process reads is meant. */
public sealed interface Extent {
    /** Whether it includes a partition of a topic. */
    boolean includes(String topic, int partition);

    /** All that is read, now and later. */
    record All() implements Extent {
        @Override
        public boolean includes(String topic, int partition) {
            return true;
        }
    }

    /** All partitions of these topics, those too that are assigned later. */
    record Topics(Set<String> topics) implements Extent {
        @Override
        public boolean includes(String topic, int partition) {
            return topics.contains(topic);
        }
    }

    /** One partition. */
    record Partition(String topic, int partition) implements Extent {
        @Override
        public boolean includes(String ofTopic, int number) {
            return topic.equals(ofTopic) && partition == number;
        }
    }
}
