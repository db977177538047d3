package dev.duet.delta;

import dev.duet.inspect.Checkup;
import dev.duet.inspect.Finding;
import dev.duet.inspect.UnreachableException;
import java.io.IOException;
import java.util.List;

/** Whether the store can be written, and honours a conditional PUT. */
public final class StoreCheckup implements Checkup {
    private static final String AREA = "store";

    private final DeltaConfig config;

    public StoreCheckup(DeltaConfig config) {
        this.config = config;
    }

    @Override
    public String area() {
        return AREA;
    }

    @Override
    public List<Finding> look() {
        String root = config.root().orElse("");
        try (Storage storage = Storage.open(config)) {
            StorageProbe.check(storage);
            return List.of(Finding.ok(AREA, "conditional PUT", storage.describe() + " honours it"));
        } catch (IllegalStateException e) {
            return List.of(
                    Finding.failure(
                            AREA,
                            "conditional PUT",
                            root + " ignores If-None-Match",
                            "Use a store or a version that supports it, and look for a proxy in between that drops the header."));
        } catch (IOException | RuntimeException e) {
            throw new UnreachableException(root + ": " + e.getMessage());
        }
    }
}
