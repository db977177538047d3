package dev.duet.web;

import dev.duet.change.Names;
import dev.duet.change.TableId;
import dev.duet.delivery.Extent;
import dev.duet.delivery.Reading;
import dev.duet.status.Board;
import dev.duet.status.Snapshot;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Multi;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The interface behind the page and the commands. Who may call what: {@link Access}. */
@Singleton
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
public class Api {
    private static final Logger LOG = Logger.getLogger("dev.duet");

    private final Board board;
    private final Reading reading;
    private final Feed feed;
    private final Look look;
    private final Config config;
    private final Access access;
    private final SecurityIdentity identity;

    Api(Board board, Reading reading, Feed feed, Look look, Config config, Access access, SecurityIdentity identity) {
        this.board = board;
        this.reading = reading;
        this.feed = feed;
        this.look = look;
        this.config = config;
        this.access = access;
        this.identity = identity;
    }

    @GET
    @Path("status")
    public String status() {
        Map<String, @Nullable Object> status = BoardJson.status(board.snapshot());
        status.put(
                "pipeline",
                config.getOptionalValue("duet.pipeline", String.class).orElse(""));
        status.put(
                "version",
                config.getOptionalValue("quarkus.application.version", String.class)
                        .orElse(""));
        status.put("mayChange", access.mayChange(identity));
        status.put(
                "user", identity.isAnonymous() ? null : identity.getPrincipal().getName());
        return Json.text(status);
    }

    @GET
    @Path("tables")
    public String tables() {
        Snapshot now = board.snapshot();
        return Json.text(Json.object(
                "tables", now.tables().stream().map(BoardJson::table).toList()));
    }

    @GET
    @Path("tables/{schema}/{table}")
    public Response table(@PathParam("schema") String schema, @PathParam("table") String table) {
        TableId id = new TableId(schema, table);
        for (Snapshot.Table known : board.snapshot().tables()) {
            if (known.schema().equals(schema) && known.name().equals(table)) {
                Map<String, @Nullable Object> page = BoardJson.table(known);
                page.put("history", BoardJson.history(known.history()));
                page.putAll(look.at(id));
                return Response.ok(Json.text(page)).build();
            }
        }
        return problem(Response.Status.NOT_FOUND, "This process has met no table " + id + ".");
    }

    @GET
    @Path("lag")
    public String lag() {
        return Json.text(BoardJson.lag(board.snapshot()));
    }

    @GET
    @Path("configuration")
    public String configuration() {
        return Json.text(Json.object(
                "settings",
                Configuration.of(config).stream()
                        .map(setting -> Json.object("key", setting.key(), "value", setting.value()))
                        .toList()));
    }

    /** The board in short, each second. */
    @GET
    @Path("events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Multi<String> events() {
        return feed.listen();
    }

    /**
     * Stops reading.
     *
     * @param table schema.table; without it and without a topic all is meant
     * @param topic with a partition's number, for one partition
     */
    @POST
    @Path("pause")
    public Response pause(
            @QueryParam("table") @Nullable String table,
            @QueryParam("topic") @Nullable String topic,
            @QueryParam("partition") @Nullable Integer partition) {
        return change("paused", table, topic, partition);
    }

    /** Reads on; what is meant as with {@link #pause}. */
    @POST
    @Path("resume")
    public Response resume(
            @QueryParam("table") @Nullable String table,
            @QueryParam("topic") @Nullable String topic,
            @QueryParam("partition") @Nullable Integer partition) {
        return change("resumed", table, topic, partition);
    }

    private Response change(String done, @Nullable String table, @Nullable String topic, @Nullable Integer partition) {
        Extent extent;
        if (table != null) {
            TableId named = named(table);
            if (named == null || topic != null || partition != null) {
                return problem(
                        Response.Status.BAD_REQUEST, "Name a table as schema.table, or a topic with a partition.");
            }
            Set<String> topics = board.topicsOf(named);
            if (topics.isEmpty()) {
                return problem(Response.Status.NOT_FOUND, "This process has met no table " + table + ".");
            }
            extent = new Extent.Topics(topics);
        } else if (topic != null && partition != null) {
            if (!board.reads(topic, partition)) {
                return problem(
                        Response.Status.NOT_FOUND, "This process does not read " + topic + "-" + partition + ".");
            }
            extent = new Extent.Partition(topic, partition);
        } else if (topic != null || partition != null) {
            return problem(Response.Status.BAD_REQUEST, "Name a topic together with a partition.");
        } else {
            extent = new Extent.All();
        }
        if (done.equals("paused")) {
            reading.pause(extent);
        } else {
            reading.resume(extent);
        }
        String who = identity.isAnonymous() ? "" : identity.getPrincipal().getName();
        LOG.infof("event=%s-by-operator user=\"%s\" extent=\"%s\"", done, who, extent);
        return Response.ok(Json.text(Json.object("done", done))).build();
    }

    /** As people write it; else as the page has it, without quotes; null if it is neither. */
    private static @Nullable TableId named(String table) {
        try {
            return Names.table(table);
        } catch (IllegalArgumentException e) {
            int dot = table.indexOf('.');
            return dot < 1 ? null : new TableId(table.substring(0, dot), table.substring(dot + 1));
        }
    }

    private static Response problem(Response.Status status, String sentence) {
        return Response.status(status)
                .entity(Json.text(Json.object("error", sentence)))
                .build();
    }
}
