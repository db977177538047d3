package dev.duet.delivery;

import java.time.Instant;
import java.util.Locale;

/**
 * A transaction of Kafka that nobody has ended: it and all records behind it can't be read until then.
 *
 * @param firstOffset where it begins in the partition
 * @param records offsets from there to the partition's end
 * @param since when it began, or when it was seen first
 * @param producer who it belongs to, as far as the brokers tell; may be empty
 */
public record OpenTransaction(long firstOffset, long records, Instant since, String producer) {
    /** What waits, and behind whom. */
    public String text() {
        return String.format(
                Locale.ROOT,
                "%,d record%s from offset %d on wait%s behind an open transaction since %s%s",
                records,
                records == 1 ? "" : "s",
                firstOffset,
                records == 1 ? "s" : "",
                since,
                producer.isEmpty() ? "" : " (" + producer + ")");
    }

    /** How it is ended. */
    public static String advice(String topic, int partition, long firstOffset) {
        return "Nothing is lost. Restart the producer (of a connector: its task), which ends its transaction; Kafka does so itself after the"
                + " producer's transaction.timeout.ms. If neither helps: kafka-transactions.sh --bootstrap-server <brokers> abort --topic "
                + topic + " --partition " + partition + " --start-offset " + firstOffset;
    }
}
