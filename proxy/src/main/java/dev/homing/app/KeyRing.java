// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.HomingConfig;
import dev.homing.exchange.ApiKeys;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API keys as their file held them when it was last read. */
final class KeyRing {

    private static final Logger LOG = LoggerFactory.getLogger(KeyRing.class);

    private final byte[] secret = new byte[32];
    private final Map<Path, Loaded> read = new ConcurrentHashMap<>();

    KeyRing() {
        new SecureRandom().nextBytes(secret);
    }

    private record Loaded(List<ApiKeys.Known> lines, ApiKeys keys) {}

    /** The file that {@code config} names, if it does. */
    static List<Path> paths(HomingConfig config) {
        Path file = config.edge().keys();
        return file == null ? List.of() : List.of(file);
    }

    /**
     * Reads the file that the configuration names, if it does: keys come and go with no change of the configuration.
     *
     * @throws IllegalArgumentException when it cannot be used
     */
    Renewal read(HomingConfig config) {
        Path file = config.edge().keys();
        if (file == null) {
            return new Renewal(false, () -> {});
        }
        List<ApiKeys.Known> lines = KeyFile.read(file);
        if (lines.isEmpty()) {
            LOG.warn("keys: {} holds no key: every request is refused", file);
        }
        Loaded known = read.get(file);
        Loaded renewed = new Loaded(lines, ApiKeys.of(lines, secret));
        return new Renewal(known == null || !known.lines().equals(lines), () -> read.put(file, renewed));
    }

    /** The keys that requests have to show, null when none is asked for. */
    @Nullable ApiKeys of(HomingConfig config) {
        Path file = config.edge().keys();
        if (file == null) {
            return null;
        }
        Loaded loaded = read.get(file);
        if (loaded == null) {
            throw new IllegalStateException("keys: " + file + " (expected: to have been read)");
        }
        return loaded.keys();
    }
}
