package dev.duet.delta;

import dev.duet.change.TableId;
import dev.duet.delivery.LedgerBrokenException;
import dev.duet.delivery.PositionMovedException;
import dev.duet.delivery.RetriableException;
import dev.duet.delivery.TableStoppedException;
import io.delta.kernel.exceptions.KernelException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import org.apache.hadoop.fs.s3a.UnknownStoreException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;

/** Which of delivery's failures a failure of Kernel or the store is. */
final class DeltaErrors {
    private DeltaErrors() {}

    /** The failure of a write of this table, as delivery knows them; a defect comes back as it is. */
    static RuntimeException of(Throwable failure, TableId table, String where) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (isDeliverys(cause)) {
                return (RuntimeException) cause;
            }
        }
        RetriableException retriable = retriable(failure, where);
        if (retriable != null) {
            return retriable;
        }
        if (failure instanceof KernelException || failure instanceof UnsupportedOperationException) {
            return new TableStoppedException(
                    table,
                    where + " can't be written by Delta Kernel: " + failure.getMessage()
                            + ". Change the table as the message says, or move it away so that Duet creates it anew.",
                    failure);
        }
        return failure instanceof RuntimeException defect ? defect : new IllegalStateException(where, failure);
    }

    /** If the store failed somewhere below, a failure that says so; else null. */
    static @Nullable RetriableException retriable(Throwable failure, String where) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (isMissingBucket(cause)) {
                return new RetriableException(
                        where
                                + ": the store has no such bucket. Create it, or correct duet.delta.root. The write is tried"
                                + " again until it is there.",
                        failure);
            }
            if (cause instanceof AccessDeniedException) {
                return new RetriableException(
                        where + ": the store denies access (403): " + cause.getMessage()
                                + ". Check the credentials and what the bucket's policy allows (list, get, put and delete"
                                + " below the root). The write is tried again.",
                        failure);
            }
            if (cause instanceof IOException || cause instanceof SdkException) {
                return new RetriableException(
                        where + ": the store failed: " + cause.getMessage() + ". The write is tried again.", failure);
            }
        }
        return null;
    }

    /** S3A wraps a failed PUT in an IOException, whose cause alone says what it was; it has a class of its own for reads. */
    private static boolean isMissingBucket(Throwable failure) {
        return failure instanceof NoSuchBucketException
                || failure instanceof UnknownStoreException
                || failure.getCause() instanceof NoSuchBucketException;
    }

    private static boolean isDeliverys(Throwable failure) {
        return failure instanceof PositionMovedException
                || failure instanceof LedgerBrokenException
                || failure instanceof RetriableException
                || failure instanceof TableStoppedException;
    }
}
