package dev.duet.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.EmbeddedStack;
import dev.duet.chaos.Table.Expected;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Guarantee: wherever the process dies between the poll and the commit of the offsets, nothing is lost and nothing comes twice, in
 * either sink. Each instance is killed at another step of one history; what it leaves behind is the next one's start. {@code make
 * chaos} gives each of all steps a history of its own, and freezes where this kills.
 */
class ChaosIT {
    private static final Duration DRAIN_LIMIT = Duration.ofMinutes(3);

    /** One of each kind of state that a death can leave behind; the others stand directly before or behind one of these. */
    private static final List<String> STEPS = List.of(
            "table-creating",
            "table-created",
            "dead-letters-sent",
            "accepted",
            "sql-locked",
            "sql-checked",
            "commit-unanswered",
            "sql-committed",
            "parquet-written",
            "log-put-unanswered",
            "log-put",
            "checksum-written",
            "checkpoint-stored",
            "passing@delta",
            "passed",
            "delivered-storing",
            "offsets-committing",
            "revoked",
            "sought",
            "commit-late",
            "log-put-late");

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final Checker checker = new Checker(stack);

    @Test
    void killedAtEachStepAndFrozenAtTheCommits() throws Exception {
        String database = stack.freshDatabase("chaos");
        List<Expected> expected = new ArrayList<>();
        Verdict verdict = Verdict.CLEAN;
        try (Connection connection = stack.connect(database, "duet")) {
            for (String zombie : List.of("sql-checked", "log-putting")) {
                try (Scene scene = new Scene(stack, connection, database, "z" + expected.size(), 11, DRAIN_LIMIT)) {
                    scene.zombie(step(zombie));
                    scene.finish();
                    verdict = verdict.plus(scene.checkNow(checker));
                    expected.add(scene.expected());
                }
            }
            try (Scene scene = new Scene(stack, connection, database, "chain", 12, DRAIN_LIMIT)) {
                for (Step step : chain()) {
                    scene.kill(step);
                }
                scene.finish();
                verdict = verdict.plus(scene.checkNow(checker));
                expected.add(scene.expected());
            }
        }
        for (Verdict delta : checker.checkDelta(expected)) {
            verdict = verdict.plus(delta);
        }
        assertThat(verdict).isEqualTo(Verdict.CLEAN);
    }

    private static Step step(String name) {
        return Step.all().stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** A table is created once: those steps come first. */
    private static List<Step> chain() {
        return STEPS.stream().map(ChaosIT::step).toList();
    }
}
