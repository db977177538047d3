package dev.duet.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.Op;
import dev.duet.order.Histories.Event;
import dev.duet.order.Histories.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which changes of a key count: the table of docs/decisions/5-order.md, and whatever order they are read in. */
class KeyChangesTest {
    private static final ClockTolerance SECOND = new ClockTolerance(1000);

    /** A change is written as op, lsn, seconds, partition; L for a letter that was sent again. */
    @ParameterizedTest
    @CsvSource({
        "the last one, c10/1/0 u20/2/0, u20",
        "an overtaken letter, c10/1/0 u110/9/0 uL100/5/0, u110",
        "a letter after a delete, c10/1/0 d110/9/0 uL100/5/0, u100",
        "a letter of a snapshot, c10/1/0 u110/9/0 rL100/5/0, u110",
        "a letter below a snapshot, r110/9/0 uL100/5/0, r110",
        "a letter that is newer, c10/1/0 uL20/2/0, u20",
        "a letter moves no horizon, rL200/9/0 c10/1/0 u20/2/0, r200",
        "in flight at a snapshot, r110/9/0 u100/10/0, u100",
        "deleted in flight at a snapshot, r110/9/0 d100/10/0, -",
        "a snapshot's row of before, u110/5/0 r100/6/0, r100",
        "equal LSNs, r100/1/0 u100/2/0, u100",
        "another partition's newer one, u110/5/0 u100/4/1, u110",
        "another partition's older delete, d100/4/0 u110/5/1, u110",
        "another partition's newer delete, d110/5/0 u100/4/1, -",
        "in one partition a delete is forgotten, d110/5/0 c100/5/0, c100",
        "LSNs began anew, c1000/1/0 u5/3600/0, u5",
        "LSNs began anew after a delete, c1000/1/0 d1001/2/0 c5/3600/0, c5",
        "LSNs began anew in one partition, c1000/1/0 u5/3600/0 u900/0/1, u5",
        "a clock that was set back, c10/9/0 u20/2/0, u20",
        "a truncate, c10/1/0 t50/5/1, -",
        "after a truncate, t50/5/1 c10/1/0 c60/6/0, c60",
        "a letter below a truncate, t50/5/0 r20/9/0 uL25/3/0, r20",
        "a snapshot that has seen the truncate, t50/5/0 r20/9/0, r20",
        "a snapshot that has not seen it, t50/5/0 r20/4/0, -",
        "a truncate of before LSNs began anew, t1000/1/0 c5/3600/0, c5",
        "a truncate of after LSNs began anew, t1000/1/0 c5/3600/0 t9/3700/0, -",
        "what was there before LSNs began anew, c1000/1/0 t9/3700/1, -",
        "a clock that was set back after a truncate, t50/3600/0 c60/1/0, c60",
    })
    void whichChangeCounts(String why, String history, String expected) {
        Truncates truncates = new Truncates(SECOND, false);
        KeyChanges<Event> changes = new KeyChanges<>(false);
        List<Event> events = new ArrayList<>();
        for (String text : history.split(" ")) {
            events.add(event(text, events.size()));
        }
        Collections.shuffle(events, new Random(why.hashCode()));
        for (Event event : events) {
            if (event.op() == Op.TRUNCATE) {
                truncates.add(event.lsn(), event.tsMillis(), event.partition(), event.offset());
            } else {
                changes.add(event);
            }
        }
        List<Event> counting = changes.counting(truncates, SECOND);
        Event last = counting.isEmpty() ? null : counting.getLast();
        assertThat(last == null || last.isDelete() ? "-" : last.op().code() + last.lsn())
                .as(why)
                .isEqualTo(expected);
    }

    @Test
    void theTolerancesSizeIsWhatIsSet() {
        KeyChanges<Event> changes = new KeyChanges<>(false);
        changes.add(event("u1000/1/0", 0));
        changes.add(event("u5/30/0", 1));
        assertThat(changes.counting(new Truncates(SECOND, false), SECOND)).hasSize(2);
        ClockTolerance minute = new ClockTolerance(60_000);
        assertThat(changes.counting(new Truncates(minute, false), minute)).hasSize(1);
    }

    /** Of a key with very many changes most are forgotten, and it makes no difference. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatIsForgottenDoesNotMatter(Kind kind) {
        for (int seed = 0; seed < 300; seed++) {
            Histories.History history = Histories.of(seed, kind);
            KeyChanges<Event> all = new KeyChanges<>(history.madeAgain(), Integer.MAX_VALUE);
            KeyChanges<Event> few = new KeyChanges<>(history.madeAgain(), 4);
            Truncates truncates = new Truncates(SECOND, history.madeAgain());
            List<Event> events = new ArrayList<>(history.events());
            Collections.shuffle(events, new Random(seed));
            for (Event event : events) {
                if (event.op() == Op.TRUNCATE) {
                    truncates.add(event.lsn(), event.tsMillis(), event.partition(), event.offset());
                } else if (event.key() == 0) {
                    all.add(event);
                    few.add(event);
                }
            }
            List<Event> expected = all.counting(truncates, SECOND);
            List<Event> found = few.counting(truncates, SECOND);
            if (expected.isEmpty() || expected.getLast().isDelete()) {
                assertThat(found.isEmpty() || found.getLast().isDelete())
                        .as("%s %d", kind, seed)
                        .isTrue();
            } else {
                assertThat(found.getLast()).as("%s %d", kind, seed).isEqualTo(expected.getLast());
            }
        }
    }

    @Test
    void aKeyWithVeryManyChangesTakesLittleMemory() {
        KeyChanges<Event> changes = new KeyChanges<>(false);
        for (int i = 0; i < 100_000; i++) {
            changes.add(event("u" + (10 + i) + "/" + i + "/0", i));
        }
        assertThat(changes.size()).isLessThan(300);
        assertThat(changes.counting(new Truncates(SECOND, false), SECOND)
                        .getLast()
                        .lsn())
                .isEqualTo(100_009);
    }

    private static Event event(String text, long offset) {
        String[] parts = text.split("/");
        boolean late = parts[0].charAt(1) == 'L';
        return new Event(
                switch (parts[0].charAt(0)) {
                    case 'c' -> Op.CREATE;
                    case 'u' -> Op.UPDATE;
                    case 'd' -> Op.DELETE;
                    case 'r' -> Op.READ;
                    default -> Op.TRUNCATE;
                },
                0,
                Long.parseLong(parts[0].substring(late ? 2 : 1)),
                Long.parseLong(parts[1]) * 1000,
                Integer.parseInt(parts[2]),
                0,
                offset,
                late,
                "");
    }
}
