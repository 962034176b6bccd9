// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.steady;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Configurations by number, in a file: each has other limits, timeouts, weights and another order of the backends than the one before, and the guest
 * comes, drains and goes.
 */
final class Variations {

    private static final int FIRST_MARK = 100;

    private final Path file;
    private final List<SteadyBackend> backends;
    private final SteadyBackend guest;

    Variations(Path file, List<SteadyBackend> backends, SteadyBackend guest) {
        this.file = file;
        this.backends = backends;
        this.guest = guest;
    }

    /** Whether the guest is there: for two thirds of the time. */
    private static boolean hasGuest(int number) {
        return number % 12 > 3;
    }

    /** Whether it is there, and about to go. */
    private static boolean guestDrains(int number) {
        return number % 12 > 9;
    }

    /** What {@code /api/config} shows of that one, and of no other. */
    static String mark(int number) {
        return "header_count\":" + (FIRST_MARK + number);
    }

    /** Puts it in the file's place, all at once. */
    void write(int number) throws IOException {
        Path whole = Files.writeString(file.resolveSibling("next.yaml"), text(number));
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private String text(int number) {
        StringBuilder yaml = new StringBuilder(String.format(
                Locale.ROOT,
                """
                listen: 127.0.0.1:0
                admin: 127.0.0.1:0
                threads: 2
                response_headers: true
                drain_timeout: %2$ds
                limits: {header_count: %1$d, peek: %1$dKiB}
                timeouts: {client_idle: %1$ds, stream_idle: %1$ds, upstream_idle: %3$ds}
                queue: {limit: %1$d}
                health: {interval: %2$d00ms, rise: %3$d}
                affinity: {placement: %4$s, slack_tokens: %1$d, when_full: %5$s}
                metering: %6$s
                backends:
                """,
                FIRST_MARK + number,
                5 + number % 7,
                1 + number % 3,
                number % 2 == 0 ? "load_aware" : "rendezvous",
                number % 4 < 2 ? "wait" : "spill",
                number % 9 != 0));
        List<SteadyBackend> order = new ArrayList<>(backends);
        if (hasGuest(number)) {
            order.add(guest);
        }
        Collections.rotate(order, number);
        for (int i = 0; i < order.size(); i++) {
            boolean drains = order.get(i) == guest && guestDrains(number);
            yaml.append(String.format(
                    Locale.ROOT,
                    "  - {id: %s, url: \"%s\", weight: %d, max_inflight: %d, state: %s}%n",
                    order.get(i).id(),
                    order.get(i).url(),
                    1 + (number + i) % 3,
                    number % 3 == 0 ? 0 : 1000 + number,
                    drains ? "drain" : "ready"));
        }
        return yaml.toString();
    }
}
