package dev.duet.delta;

import io.delta.kernel.defaults.engine.fileio.InputFile;
import io.delta.kernel.defaults.engine.fileio.SeekableInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Objects;

/** A file that is read from memory. */
record BytesInputFile(String path, byte[] bytes, int size) implements InputFile {
    @Override
    public long length() {
        return size;
    }

    @Override
    public SeekableInputStream newStream() {
        return new Stream(bytes, size);
    }

    private static final class Stream extends SeekableInputStream {
        private final byte[] bytes;
        private final int size;
        private int at;

        Stream(byte[] bytes, int size) {
            this.bytes = bytes;
            this.size = size;
        }

        @Override
        public long getPos() {
            return at;
        }

        @Override
        public void seek(long position) throws IOException {
            if (position < 0 || position > size) {
                throw new EOFException("position " + position + " of " + size + " bytes");
            }
            at = (int) position;
        }

        @Override
        public int read() {
            return at < size ? bytes[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            Objects.checkFromIndexSize(offset, length, target.length);
            int count = Math.min(length, size - at);
            if (count <= 0) {
                return length == 0 ? 0 : -1;
            }
            System.arraycopy(bytes, at, target, offset, count);
            at += count;
            return count;
        }

        @Override
        public int available() {
            return size - at;
        }

        @Override
        public void readFully(byte[] target, int offset, int length) throws IOException {
            if (length > size - at) {
                throw new EOFException(length + " bytes asked for at " + at + " of " + size);
            }
            System.arraycopy(bytes, at, target, offset, length);
            at += length;
        }
    }
}
