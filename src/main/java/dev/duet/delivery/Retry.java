package dev.duet.delivery;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Tries an action again while it fails with {@link RetriableException}, for as long as it takes or until {@link #giveUp}. */
public final class Retry {
    private final String sink;
    private final Backoff backoff;
    private final ScheduledExecutorService timer;
    private final DeliveryListener listener;
    private volatile boolean givenUp;

    /** @param sink whose actions these are, for the listener */
    public Retry(String sink, Backoff backoff, ScheduledExecutorService timer, DeliveryListener listener) {
        this.sink = sink;
        this.backoff = backoff;
        this.timer = timer;
        this.listener = listener;
    }

    /** No further attempts: what waits for one, or fails from now on, fails with its last reason. */
    public void giveUp() {
        givenUp = true;
    }

    <T> CompletionStage<T> run(Supplier<CompletionStage<T>> action) {
        return run(action, action);
    }

    /**
     * @param first the first attempt
     * @param next each further one
     */
    <T> CompletionStage<T> run(Supplier<CompletionStage<T>> first, Supplier<CompletionStage<T>> next) {
        CompletableFuture<T> result = new CompletableFuture<>();
        attempt(1, first, next, result);
        return result;
    }

    private <T> void attempt(
            int attempt,
            Supplier<CompletionStage<T>> action,
            Supplier<CompletionStage<T>> next,
            CompletableFuture<T> result) {
        CompletionStage<T> stage;
        try {
            stage = action.get();
        } catch (RuntimeException | Error e) { // whoever waits for the result must hear of it
            stage = CompletableFuture.failedStage(e);
        }
        stage.whenComplete((value, failure) -> {
            if (failure != null) {
                failed(attempt, unwrap(failure), next, result);
                return;
            }
            if (attempt > 1) {
                listener.recovered(sink, attempt);
            }
            result.complete(value);
        });
    }

    private <T> void failed(
            int attempt, Throwable reason, Supplier<CompletionStage<T>> next, CompletableFuture<T> result) {
        if (givenUp || !(reason instanceof RetriableException)) {
            result.completeExceptionally(reason);
            return;
        }
        var pause = backoff.pause(attempt);
        listener.retrying(sink, attempt, pause, reason);
        Runnable again = () -> {
            if (givenUp) {
                result.completeExceptionally(reason);
            } else {
                attempt(attempt + 1, next, next, result);
            }
        };
        var unused = timer.schedule(again, pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
