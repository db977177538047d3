package dev.duet;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Holds the floor plan of ARCHITECTURE.md: which room may import which, and which library has its door in which room. */
class FloorPlanTest {
    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.duet");

    /** Room to the rooms that it may import. The root may import all and nobody imports it. */
    private static final Map<String, Set<String>> MAY_IMPORT = Map.ofEntries(
            Map.entry("change", Set.of()),
            Map.entry("order", Set.of("change")),
            Map.entry("failpoint", Set.of()),
            Map.entry("envelope", Set.of("change", "failpoint")),
            Map.entry("delivery", Set.of("change", "failpoint")),
            Map.entry("inspect", Set.of("change", "order")),
            Map.entry("transform", Set.of("change", "inspect")),
            Map.entry("intake", Set.of("change", "envelope", "transform", "delivery", "inspect", "failpoint")),
            Map.entry("postgres", Set.of("change", "order", "delivery", "inspect", "failpoint")),
            Map.entry("delta", Set.of("change", "order", "delivery", "inspect", "failpoint")),
            Map.entry("registry", Set.of("envelope", "delivery")),
            Map.entry("status", Set.of("change", "delivery")),
            Map.entry("connect", Set.of("delivery")),
            Map.entry("outbox", Set.of("change", "delivery", "failpoint")),
            Map.entry("trace", Set.of("change", "delivery")),
            Map.entry("verify", Set.of("change", "order", "inspect")),
            Map.entry("web", Set.of("change", "delivery", "inspect", "status")),
            Map.entry(
                    "cli",
                    Set.of(
                            "change",
                            "envelope",
                            "transform",
                            "delivery",
                            "inspect",
                            "intake",
                            "status",
                            "verify",
                            "connect")));

    /** Library to the rooms that may use it; the root never does. */
    private static final Map<String, Set<String>> DOORS = Map.ofEntries(
            Map.entry("com.fasterxml.jackson", Set.of("envelope", "registry", "outbox", "web", "connect", "cli")),
            Map.entry("org.apache.kafka", Set.of("intake")),
            Map.entry("io.smallrye.reactive.messaging", Set.of("intake")),
            Map.entry("org.eclipse.microprofile.reactive.messaging", Set.of("intake")),
            Map.entry("io.vertx.sqlclient", Set.of("postgres")),
            Map.entry("io.vertx", Set.of("postgres", "web")),
            Map.entry("io.delta", Set.of("delta")),
            Map.entry("org.apache.hadoop", Set.of("delta")),
            Map.entry("org.apache.parquet", Set.of("delta")),
            Map.entry("software.amazon.awssdk", Set.of("delta")),
            Map.entry("java.net.http", Set.of("registry", "connect", "cli")),
            Map.entry("io.quarkus.security", Set.of("web")),
            Map.entry("com.oracle.svm", Set.of("delta")),
            Map.entry("picocli", Set.of("cli")),
            Map.entry("jakarta.ws.rs", Set.of("web")),
            Map.entry("jakarta.persistence", Set.of("outbox")),
            Map.entry("io.quarkus.narayana", Set.of("outbox")),
            Map.entry("io.debezium", Set.of("outbox")),
            Map.entry("io.micrometer", Set.of("status")),
            Map.entry("io.opentelemetry", Set.of("trace")),
            Map.entry("org.eclipse.microprofile.health", Set.of("status")));

    /** Rooms that stand on the JDK alone, but for JSpecify's annotations. */
    private static final Set<String> CORE = Set.of("change", "order", "delivery", "failpoint");

    @Test
    void roomsImportOnlyWhatThePlanAllows() {
        MAY_IMPORT.forEach((room, allowed) -> {
            Set<String> foreign = new HashSet<>(MAY_IMPORT.keySet());
            foreign.removeAll(allowed);
            foreign.remove(room);
            noClasses()
                    .that()
                    .resideInAPackage(packageOf(room))
                    .should()
                    .dependOnClassesThat(inRooms(foreign))
                    .allowEmptyShould(true)
                    .check(HOUSE);
        });
    }

    @Test
    void nobodyImportsTheRoot() {
        noClasses()
                .that()
                .resideInAPackage("dev.duet.*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.duet")
                .check(HOUSE);
    }

    @Test
    void everyRoomIsOnThePlan() {
        classes()
                .should()
                .resideInAnyPackage(MAY_IMPORT.keySet().stream()
                        .map(FloorPlanTest::packageOf)
                        .toArray(String[]::new))
                .orShould()
                .resideInAPackage("dev.duet")
                .check(HOUSE);
    }

    @Test
    void noCircleAmongRooms() {
        slices().matching("dev.duet.(*)..").should().beFreeOfCycles().check(HOUSE);
    }

    @Test
    void librariesStayBehindTheirDoors() {
        DOORS.forEach((library, rooms) -> noClasses()
                .that()
                .resideOutsideOfPackages(
                        rooms.stream().map(FloorPlanTest::packageOf).toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library + "..")
                .check(HOUSE));
    }

    @Test
    void theCoreStandsOnTheJdkAlone() {
        for (String room : CORE) {
            classes()
                    .that()
                    .resideInAPackage(packageOf(room))
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage("java..", "dev.duet..", "org.jspecify..")
                    .check(HOUSE);
        }
    }

    private static String packageOf(String room) {
        return "dev.duet." + room + "..";
    }

    private static DescribedPredicate<JavaClass> inRooms(Set<String> rooms) {
        String[] packages = rooms.stream().map(FloorPlanTest::packageOf).toArray(String[]::new);
        return DescribedPredicate.describe(
                "in " + Arrays.toString(packages), JavaClass.Predicates.resideInAnyPackage(packages)::test);
    }
}
