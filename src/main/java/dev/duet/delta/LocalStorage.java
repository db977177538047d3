package dev.duet.delta;

import java.util.Map;

/** A directory of this machine, or one that is mounted from a file system with link(2) such as NFS. */
final class LocalStorage implements Storage {
    private final String root;
    private final Map<String, String> settings;

    LocalStorage(String root, DeltaConfig config) {
        this.root = root;
        this.settings = KernelSettings.of(config);
    }

    @Override
    public String root() {
        return root;
    }

    @Override
    public String describe() {
        return root;
    }

    @Override
    public TableFileIO fileIO() {
        return new LocalFileIO(settings);
    }

    @Override
    public void close() {}
}
