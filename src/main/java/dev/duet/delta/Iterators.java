package dev.duet.delta;

import io.delta.kernel.utils.CloseableIterable;
import io.delta.kernel.utils.CloseableIterator;
import java.util.Iterator;
import java.util.List;

/** Kernel's iterators over what is in memory. */
final class Iterators {
    private Iterators() {}

    static <T> CloseableIterator<T> closeable(Iterator<T> iterator) {
        return new CloseableIterator<>() {
            @Override
            public boolean hasNext() {
                return iterator.hasNext();
            }

            @Override
            public T next() {
                return iterator.next();
            }

            @Override
            public void close() {}
        };
    }

    /** Can be iterated again, as a retried commit needs it. */
    static <T> CloseableIterable<T> repeatable(List<T> elements) {
        return new CloseableIterable<>() {
            @Override
            public CloseableIterator<T> iterator() {
                return closeable(elements.iterator());
            }

            @Override
            public void close() {}
        };
    }
}
