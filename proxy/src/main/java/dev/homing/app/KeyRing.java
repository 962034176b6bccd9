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
    private final Map<Path, ApiKeys> read = new ConcurrentHashMap<>();

    KeyRing() {
        new SecureRandom().nextBytes(secret);
    }

    /**
     * Reads the file that the configuration names, if it does: keys come and go with no change of the configuration.
     *
     * @return what has to be done so that requests go by them
     * @throws IllegalArgumentException when it cannot be used
     */
    Runnable read(HomingConfig config) {
        Path file = config.edge().keys();
        if (file == null) {
            return () -> {};
        }
        List<ApiKeys.Known> keys = KeyFile.read(file);
        if (keys.isEmpty()) {
            LOG.warn("keys: {} holds no key: every request is refused", file);
        }
        ApiKeys renewed = ApiKeys.of(keys, secret);
        return () -> read.put(file, renewed);
    }

    /** The keys that requests have to show, null when none is asked for. */
    @Nullable ApiKeys of(HomingConfig config) {
        Path file = config.edge().keys();
        if (file == null) {
            return null;
        }
        ApiKeys keys = read.get(file);
        if (keys == null) {
            throw new IllegalStateException("keys: " + file + " (expected: to have been read)");
        }
        return keys;
    }
}
