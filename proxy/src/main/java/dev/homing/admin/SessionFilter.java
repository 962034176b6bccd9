// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which sessions are asked for.
 *
 * @param pool null = of any
 * @param backend the id of the backend that they are bound to, null = any
 * @param limit how many at most, 1 to {@link #MOST}
 */
public record SessionFilter(@Nullable String pool, @Nullable String backend, int limit) {

    /** Of a table that may hold millions, what still makes an answer of a megabyte. */
    public static final int MOST = 10_000;

    private static final int USUAL = 100;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    public SessionFilter {
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("limit: " + limit + " (expected: 1 to " + MOST + ")");
        }
    }

    /** The one that a request's query asks for; refused with all that is wrong with it. */
    static Reply<SessionFilter> parse(AdminRequest request) {
        List<String> errors = new ArrayList<>();
        request.parameters().keySet().stream()
                .filter(name -> !List.of("pool", "backend", "limit").contains(name))
                .forEach(name -> errors.add(name + ": unknown (expected: backend, limit, pool)"));
        for (String name : List.of("backend", "pool")) {
            String value = request.parameter(name);
            if (value != null && value.isBlank()) {
                errors.add(name + ": \"" + value + "\" (expected: the name of a " + name + ")");
            }
        }
        String limit = request.parameter("limit");
        int most = limit == null ? USUAL : NUMBER.matcher(limit).matches() ? Integer.parseInt(limit) : 0;
        if (most < 1 || most > MOST) {
            errors.add("limit: \"" + limit + "\" (expected: a whole number from 1 to " + MOST + ")");
        }
        return errors.isEmpty()
                ? Reply.done(new SessionFilter(request.parameter("pool"), request.parameter("backend"), most))
                : new Reply.Refused<>(Reply.Reason.INVALID, errors);
    }

    /** Whether a backend's sessions are asked for. */
    public boolean accepts(String ofPool, String id) {
        return (pool == null || pool.equals(ofPool)) && (backend == null || backend.equals(id));
    }
}
