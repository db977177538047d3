package dev.duet.postgres;

import dev.duet.delivery.PartitionCounts;
import dev.duet.delivery.TopicIdentities;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The rows of {@code duet.topic} of one pipeline. */
final class TopicTable implements TopicIdentities, PartitionCounts {
    private static final String REMEMBER = """
            with seen as (select * from unnest($2::text[], $3::text[]) as u(topic, topic_id)),
              new as (
                insert into duet.topic (pipeline, topic, topic_id, generation)
                select $1, topic, topic_id, 0 from seen order by topic on conflict do nothing
                returning topic, topic_id, generation)
            select topic, topic_id, generation from new
            union all
            select t.topic, t.topic_id, t.generation from duet.topic t join seen on t.topic = seen.topic where t.pipeline = $1""";

    private static final String COUNT = """
            with seen as (select * from unnest($2::text[], $3::int4[]) as u(topic, partitions)),
              grown as (select from duet.topic t join seen s on t.topic = s.topic
                where t.pipeline = $1 and t.partitions < s.partitions),
              counted as (update duet.topic t set partitions = s.partitions from seen s
                where t.pipeline = $1 and t.topic = s.topic and t.partitions is distinct from s.partitions)
            update duet.mirror set unsettled_since = now() where pipeline = $1 and exists (select from grown)""";

    private final String pipeline;
    private final Transactions transactions;
    private final ControlTables control;

    TopicTable(String pipeline, Transactions transactions) {
        this.pipeline = pipeline;
        this.transactions = transactions;
        this.control = new ControlTables(transactions);
    }

    @Override
    public CompletionStage<Void> seen(Map<String, Integer> partitions) {
        List<String> topics = List.copyOf(partitions.keySet());
        Tuple parameters = Tuple.tuple()
                .addValue(pipeline)
                .addValue(topics.toArray(String[]::new))
                .addValue(topics.stream().map(partitions::get).toArray(Integer[]::new));
        return control.ensure()
                .compose(ready -> transactions.read("storing the partition counts of " + pipeline, COUNT, parameters))
                .<Void>mapEmpty()
                .toCompletionStage();
    }

    /** {@inheritDoc} A topic that another process stores at the same moment may be absent: then ask again. */
    @Override
    public CompletionStage<Map<String, Identity>> remember(Map<String, String> ids) {
        List<String> topics = List.copyOf(ids.keySet());
        Tuple parameters = Tuple.tuple()
                .addValue(pipeline)
                .addValue(topics.toArray(String[]::new))
                .addValue(topics.stream().map(ids::get).toArray(String[]::new));
        return control.ensure()
                .compose(ready -> transactions.read("reading the topics of " + pipeline, REMEMBER, parameters))
                .map(rows -> {
                    Map<String, Identity> stored = new HashMap<>();
                    rows.forEach(
                            row -> stored.put(row.getString(0), new Identity(row.getString(1), row.getInteger(2))));
                    return stored;
                })
                .toCompletionStage();
    }
}
