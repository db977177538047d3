package dev.duet.devstack.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeltaTablesTest {

    @TempDir
    Path root;

    @Test
    void addsUpTheNewestChecksumOfEachTable() throws IOException {
        write("fund_metadata", 9, 7, 1);
        write("fund_metadata", 10, 100, 20);
        write("fund_unit", 3, 1_000, 0);
        Files.writeString(root.resolve("fund_unit/_delta_log/00000000000000000004.json"), "{}");
        assertEquals(Optional.of(new DeltaTables.Content(1_120, 10)), tables().read());
    }

    @Test
    void isEmptyBeforeTheFirstCommit() throws IOException {
        assertEquals(Optional.empty(), tables().read());
        Files.createDirectories(root.resolve("fund_unit/_delta_log"));
        assertEquals(Optional.empty(), tables().read());
    }

    @Test
    void refusesWhatIsNoChecksum() throws IOException {
        write("fund_unit", 1, 1, 1);
        Files.writeString(root.resolve("fund_unit/_delta_log/00000000000000000002.crc"), "{\"domainMetadata\":[");
        assertThrows(IOException.class, () -> tables().read());
    }

    private DeltaTables tables() {
        return new DeltaTables(List.of(root.resolve("fund_metadata"), root.resolve("fund_unit")));
    }

    private void write(String table, int version, long first, long second) throws IOException {
        Path log = Files.createDirectories(root.resolve(table).resolve("_delta_log"));
        String topic = "pgsrc.public." + table;
        Files.writeString(log.resolve(String.format("%020d.crc", version)), """
                {"tableSizeBytes":1,"numFiles":1,"domainMetadata":[
                {"domain":"duet.funds.%1$s-0","configuration":"{\\"next\\":6,\\"applied\\":%2$d,\\"skipped\\":1,\\"by\\":\\"k3\\"}","removed":false},
                {"domain":"duet.funds.%1$s-1","configuration":"{\\"next\\":6,\\"applied\\":%3$d,\\"skipped\\":1,\\"by\\":\\"k3\\"}","removed":false},
                {"domain":"delta.clustering","configuration":"{\\"applied\\":5}","removed":false}]}
                """.formatted(topic, first, second));
    }
}
