// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Something that a start waits for, and what its failure is called. */
record Pending<T>(CompletableFuture<T> stage, String what) {

    static <T> Pending<T> of(CompletionStage<T> stage, String what) {
        return new Pending<>(stage.toCompletableFuture(), what);
    }

    /** What comes of it, at last by then. */
    T result(Duration limit) throws StartFailure {
        try {
            return get(limit);
        } catch (TimeoutException e) {
            throw new StartFailure(what + ": no result within " + limit.toSeconds() + " s");
        }
    }

    /** Whether it is done by then. */
    boolean within(Duration limit) throws StartFailure {
        try {
            get(limit);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    private T get(Duration limit) throws StartFailure, TimeoutException {
        try {
            return stage.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw StartFailure.of(what, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("interrupted");
        }
    }
}
