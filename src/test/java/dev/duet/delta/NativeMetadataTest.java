package dev.duet.delta;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.delta.kernel.internal.metadatadomain.JsonMetadataDomain;
import java.io.InputStream;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What Kernel reads by reflection is in the native executable, or a table of another engine's making can't be read by it. */
class NativeMetadataTest {
    private static final String LIST = "META-INF/native-image/dev.duet/duet/reachability-metadata.json";

    @Test
    void eachMetadataDomainOfKernelCanBeReadNatively() throws Exception {
        Set<String> domains = new ClassFileImporter()
                .importPackages("io.delta.kernel.internal").stream()
                        .filter(type -> type.isAssignableTo(JsonMetadataDomain.class))
                        .map(JavaClass::getName)
                        .collect(Collectors.toSet());
        assertThat(domains).hasSizeGreaterThanOrEqualTo(3);
        assertThat(listed()).containsAll(domains);
    }

    private static Set<String> listed() throws Exception {
        try (InputStream list = NativeMetadataTest.class.getClassLoader().getResourceAsStream(LIST)) {
            JsonNode types = new ObjectMapper().readTree(list).get("reflection");
            return StreamSupport.stream(types.spliterator(), false)
                    .filter(type -> type.path("allDeclaredConstructors").asBoolean())
                    .map(type -> type.path("type").asText())
                    .collect(Collectors.toSet());
        }
    }
}
