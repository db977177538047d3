package dev.duet.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Every event that was committed to {@code duet.outbox}, in the order of its partitions: the service deletes its rows at once, so a trigger
 * keeps a copy of each. The number is given while the event's positions are locked; that of a transaction that was rolled back is missing.
 */
final class EventTrail {
    private static final ObjectMapper JSON = new ObjectMapper();

    private EventTrail() {}

    /** Makes the outbox as docs/deliveries.md says, and the trigger on it; before a service starts. */
    static void begin(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("create schema duet");
            statement.execute("create table duet.outbox (id uuid primary key, aggregatetype varchar(255) not null,"
                    + " aggregateid varchar(255) not null, type varchar(255) not null, \"timestamp\" timestamptz not null,"
                    + " payload text, tracingspancontext varchar(256))");
            statement.execute("create schema chaos");
            statement.execute("create table chaos.event (number bigint generated always as identity primary key,"
                    + " pipeline text not null, payload text not null)");
            statement.execute("create function chaos.keep() returns trigger language plpgsql as $$ begin"
                    + " insert into chaos.event (pipeline, payload)"
                    + " values (new.payload::json ->> 'pipeline', new.payload); return null; end $$");
            statement.execute(
                    "create trigger keep after insert on duet.outbox for each row execute function chaos.keep()");
        }
    }

    /** The events of a pipeline. */
    static List<Told> of(Connection connection, String pipeline) throws Exception {
        List<Told> events = new ArrayList<>();
        try (var query =
                connection.prepareStatement("select payload from chaos.event where pipeline = ? order by number")) {
            query.setString(1, pipeline);
            var rows = query.executeQuery();
            while (rows.next()) {
                events.add(event(JSON.readTree(rows.getString(1))));
            }
        }
        return events;
    }

    private static Told event(JsonNode json) {
        List<Told.Range> ranges = new ArrayList<>();
        for (JsonNode range : json.get("partitions")) {
            ranges.add(new Told.Range(
                    range.get("topic").asText(),
                    range.get("partition").asInt(),
                    range.get("from").asLong(),
                    range.get("to").asLong()));
        }
        long rows = 0;
        for (JsonNode count : json.get("rows")) {
            rows += count.asLong();
        }
        return new Told(
                json.at("/table/schema").asText() + "." + json.at("/table/name").asText(), ranges, rows);
    }
}
