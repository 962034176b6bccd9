// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import dev.homing.affinity.SharedTable.Fault;
import dev.homing.affinity.SharedTable.Kind;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

/** What the driver's failures come to. */
final class Faults {

    /** Nobody was asked, because there is no connection yet. */
    static final Fault NOT_CONNECTED = new Fault(Kind.AWAY, "not connected");

    private static final int LONGEST_REASON = 200;

    private Faults() {}

    static Fault of(Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof TimeoutException || cause instanceof RedisCommandTimeoutException) {
            return new Fault(Kind.TIMEOUT, "no answer in time");
        }
        return new Fault(cause instanceof RedisCommandExecutionException ? Kind.REFUSED : Kind.AWAY, reason(cause));
    }

    /** The innermost reason: the driver wraps what Redis or the network said in words of its own. */
    private static String reason(Throwable failure) {
        Throwable innermost = failure;
        while (innermost.getCause() != null && innermost.getCause() != innermost) {
            innermost = innermost.getCause();
        }
        String said = innermost.getMessage() == null ? innermost.getClass().getSimpleName() : innermost.getMessage();
        return said.length() > LONGEST_REASON ? said.substring(0, LONGEST_REASON) : said;
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
