package dev.duet.chaos;

import dev.duet.delta.FaultyProxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** Holds up the nth put of a log version, or the answer to it, until {@link #release}. */
final class PutGate implements FaultyProxy.Faults {
    private static final Pattern VERSION = Pattern.compile("PUT .*/_delta_log/[0-9]{20}\\.json.*");

    private final boolean answer;
    private final AtomicInteger left;
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    /** @param answer whether the answer is held up, not the request */
    PutGate(boolean answer, int times) {
        this.answer = answer;
        this.left = new AtomicInteger(times);
    }

    boolean isReached() {
        return reached.getCount() == 0;
    }

    void release() {
        released.countDown();
    }

    @Override
    public FaultyProxy.Fate of(FaultyProxy.Request request) {
        if (!answer) {
            holdIfDue(request);
        }
        return FaultyProxy.Fate.PASS;
    }

    @Override
    public void answered(FaultyProxy.Request request) {
        if (answer) {
            holdIfDue(request);
        }
    }

    private void holdIfDue(FaultyProxy.Request request) {
        if (!VERSION.matcher(request.line()).matches() || left.decrementAndGet() != 0) {
            return;
        }
        reached.countDown();
        try {
            if (!released.await(10, TimeUnit.MINUTES)) {
                throw new IllegalStateException("nobody released what was held up");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
