package dev.duet.devstack.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// How much the Delta tables hold, from the checksum files beside their commits: no Delta library and no reading of
/// data.
///
/// `<table>/_delta_log/00000000000000000042.crc`, as Duet's commits leave it, holds among others
///
///     {"domainMetadata":[{"domain":"duet.funds.<topic>-0","configuration":"{\"next\":60,\"applied\":59,..}"}, ..]}
final class DeltaTables {

    /// @param events applied to all tables since they were created
    /// @param version the highest of a table
    record Content(long events, long version) {}

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DOMAINS = "duet." + ServiceSettings.PIPELINE + ".";

    private final List<Path> tables;

    DeltaTables(List<Path> tables) {
        this.tables = tables;
    }

    /// Empty while no table exists.
    ///
    /// @throws IOException if a file is not what is expected
    Optional<Content> read() throws IOException {
        long events = 0;
        long version = -1;
        for (Path table : tables) {
            Optional<Path> newest = newestChecksum(table.resolve("_delta_log"));
            if (newest.isPresent()) {
                events += applied(Files.readString(newest.get()));
                version = Math.max(version, version(newest.get()));
            }
        }
        return version < 0 ? Optional.empty() : Optional.of(new Content(events, version));
    }

    /// @param checksum a `.crc` file's text
    /// @return events in all partitions of the pipeline
    static long applied(String checksum) throws JsonProcessingException {
        long applied = 0;
        for (JsonNode domain : JSON.readTree(checksum).path("domainMetadata")) {
            if (domain.path("domain").asText().startsWith(DOMAINS)) {
                applied += JSON.readTree(domain.path("configuration").asText())
                        .path("applied")
                        .asLong();
            }
        }
        return applied;
    }

    private static Optional<Path> newestChecksum(Path log) throws IOException {
        Path newest = null;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(
                log, file -> file.getFileName().toString().matches("\\d{20}\\.crc"))) {
            for (Path file : files) {
                if (newest == null || version(file) > version(newest)) {
                    newest = file;
                }
            }
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        return Optional.ofNullable(newest);
    }

    private static long version(Path checksum) {
        String name = checksum.getFileName().toString();
        return Long.parseLong(name.substring(0, name.indexOf('.')));
    }
}
