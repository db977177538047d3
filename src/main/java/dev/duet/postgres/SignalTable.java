package dev.duet.postgres;

import dev.duet.change.Names;
import dev.duet.change.TableId;
import dev.duet.inspect.SnapshotSignals;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/** The connector's {@code signal.data.collection}. */
final class SignalTable implements SnapshotSignals {
    private final Vertx vertx;
    private final VerifyConfig.Source config;

    SignalTable(Vertx vertx, VerifyConfig.Source config) {
        this.vertx = vertx;
        this.config = config;
    }

    @Override
    public boolean isConfigured() {
        return config.url().isPresent() && config.signalTable().isPresent();
    }

    @Override
    public String statement(List<TableId> tables) {
        TableId table = Names.table(config.signalTable().orElse("public.debezium_signal"));
        String collections =
                tables.stream().map(of -> "\"" + escaped(collection(of)) + "\"").collect(Collectors.joining(", "));
        String data = "{\"data-collections\": [" + collections + "], \"type\": \"incremental\"}";
        return "insert into " + new TargetName(table.schema(), table.table()).quoted()
                + " (id, type, data) values ('duet-" + UUID.randomUUID() + "', 'execute-snapshot', '"
                + data.replace("'", "''") + "')";
    }

    /** In quotes, or Debezium 3.7.0 does not understand a name with a space. */
    private static String collection(TableId table) {
        return new TargetName(table.schema(), table.table()).quoted();
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    @Override
    public void send(String statement) {
        try (SourceDatabase source = SourceDatabase.open(vertx, config)) {
            source.session().act("writing into the signalling table", statement);
        }
    }
}
