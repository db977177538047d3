package dev.duet.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.duet.envelope.SchemaId;
import dev.duet.envelope.UnusableSchemaException;
import dev.duet.envelope.WriterSchemas.Answer;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a schema and for those that it refers to.
 *
 * <pre>
 * Confluent    schemas/ids/{id}, subjects/{subject}/versions/{version}: {"schema": TEXT, "schemaType"?, "references"?: [...]}
 * Apicurio     ids/{contentIds|globalIds}/{id}: the schema; the same with /references: [{groupId, artifactId, version}, ...]
 * </pre>
 */
final class Registry {
    /** More than any sane schema is made of. */
    private static final int MAX_REFERENCES = 100;

    private final RegistryHttp http;
    private final RegistryAddress address;
    private final RegistryConfig.ApicurioId apicurioId;
    private final JsonFactory json = new JsonFactory();

    Registry(RegistryHttp http, RegistryAddress address, RegistryConfig.ApicurioId apicurioId) {
        this.http = http;
        this.address = address;
        this.apicurioId = apicurioId;
    }

    /** As {@link dev.duet.envelope.WriterSchemas#find}, but a registry that does not answer is a {@code RetriableException}. */
    Answer find(SchemaId id) throws UnusableSchemaException, InterruptedException {
        return switch (id.kind()) {
            case CONFLUENT -> confluent(id);
            case CONTENT -> apicurio(id, "contentIds");
            case GLOBAL -> apicurio(id, "globalIds");
            case APICURIO -> apicurio(id, apicurioId == RegistryConfig.ApicurioId.CONTENT ? "contentIds" : "globalIds");
        };
    }

    private Answer confluent(SchemaId id) throws UnusableSchemaException, InterruptedException {
        String url = address.confluent() + "/schemas/ids/" + id.id();
        Map<String, String> references = new LinkedHashMap<>();
        String schema = compatible(url, http.get(url).orElseThrow(() -> unknown(id, address.confluent())), references);
        return new Answer(schema, List.copyOf(references.values()));
    }

    /** Takes the schema out of an answer and adds what it refers to, depth first. */
    private String compatible(String url, String answer, Map<String, String> references)
            throws UnusableSchemaException, InterruptedException {
        Map<String, String> fields = new HashMap<>();
        List<Map<String, String>> uses = parse(url, answer, fields);
        String type = fields.getOrDefault("schemaType", "AVRO");
        String schema = fields.get("schema");
        if (!type.equals("AVRO") || schema == null) {
            throw new UnusableSchemaException("the registry's answer to " + url + " is "
                    + (schema == null ? "no schema" : "of the type " + type + ", which Duet does not read")
                    + ". Check duet.source.registry.url and the connector's converters");
        }
        for (Map<String, String> use : uses) {
            String next = address.confluent() + "/subjects/" + encoded(use.get("subject")) + "/versions/"
                    + encoded(use.get("version"));
            if (references.containsKey(next)) {
                continue;
            }
            bound(references, url);
            String referred = http.get(next).orElseThrow(() -> lost(next, url));
            references.put(next, compatible(next, referred, references));
        }
        return schema;
    }

    private Answer apicurio(SchemaId id, String kind) throws UnusableSchemaException, InterruptedException {
        String url = address.apicurio() + "/ids/" + kind + "/" + id.id();
        String schema = http.get(url).orElseThrow(() -> unknown(id, address.apicurio()));
        Map<String, String> references = new LinkedHashMap<>();
        referred(url + "/references", references);
        return new Answer(schema, List.copyOf(references.values()));
    }

    private void referred(String url, Map<String, String> references)
            throws UnusableSchemaException, InterruptedException {
        Optional<String> answer = http.get(url);
        for (Map<String, String> use :
                answer.isEmpty() ? List.<Map<String, String>>of() : parse(url, answer.get(), new HashMap<>())) {
            String group = use.getOrDefault("groupId", "default");
            String version = address.apicurio() + "/groups/" + encoded(group) + "/artifacts/"
                    + encoded(use.get("artifactId")) + "/versions/" + encoded(use.get("version"));
            if (references.containsKey(version)) {
                continue;
            }
            bound(references, url);
            referred(version + "/references", references);
            String content = address.apicurio().endsWith("/v2") ? version : version + "/content";
            references.put(version, http.get(content).orElseThrow(() -> lost(content, url)));
        }
    }

    private static void bound(Map<String, String> references, String url) throws UnusableSchemaException {
        if (references.size() >= MAX_REFERENCES) {
            throw new UnusableSchemaException(url + " refers to more than " + MAX_REFERENCES
                    + " other schemas, which is more than Duet follows. Have the converter write whole schemas");
        }
    }

    /** Reads an object's texts and numbers into the fields, and returns the objects of its list, or of the list that it is. */
    private List<Map<String, String>> parse(String url, String answer, Map<String, String> fields)
            throws UnusableSchemaException {
        List<Map<String, String>> objects = new ArrayList<>();
        try (JsonParser parser = json.createParser(answer)) {
            if (parser.nextToken() == JsonToken.START_ARRAY) {
                objects(parser, objects);
            } else if (parser.currentToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    if (parser.nextToken() == JsonToken.START_ARRAY) {
                        objects(parser, name.equals("references") ? objects : new ArrayList<>());
                    } else if (parser.currentToken().isStructStart()) {
                        parser.skipChildren();
                    } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
                        fields.put(name, parser.getText());
                    }
                }
            }
            return objects;
        } catch (IOException e) {
            throw new UnusableSchemaException("the registry's answer to " + url
                    + " is no JSON. Set duet.source.registry.url to where its interface begins, and restart Duet");
        }
    }

    private static void objects(JsonParser parser, List<Map<String, String>> objects) throws IOException {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                parser.skipChildren();
                continue;
            }
            Map<String, String> object = new HashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                if (parser.nextToken().isScalarValue() && parser.currentToken() != JsonToken.VALUE_NULL) {
                    object.put(name, parser.getText());
                } else {
                    parser.skipChildren();
                }
            }
            objects.add(object);
        }
    }

    private static String encoded(@Nullable String part) {
        return URLEncoder.encode(String.valueOf(part), StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static UnusableSchemaException unknown(SchemaId id, String address) {
        return new UnusableSchemaException("the registry at " + address + " knows no " + id
                + ". Is it the registry that the connector writes to (duet.source.registry.url)? If it lost the schema, register it"
                + " there again under the same id; Duet then goes on by itself");
    }

    private static UnusableSchemaException lost(String url, String by) {
        return new UnusableSchemaException(
                "the registry does not know " + url + ", to which " + by + " refers. Register it there again");
    }
}
