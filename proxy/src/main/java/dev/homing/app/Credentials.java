// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.HomingConfig;
import dev.homing.config.Listener;
import dev.homing.config.UpstreamRules;
import dev.homing.exchange.ApiKeys;
import dev.homing.frontend.Tls;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the configuration names by file: certificates with their keys, and API keys. The files change on their own, each kind for itself. */
final class Credentials {

    private static final Logger LOG = LoggerFactory.getLogger(Credentials.class);

    private final ListenerTls listeners = new ListenerTls();
    private final UpstreamTls upstream = new UpstreamTls();
    private final KeyRing keys = new KeyRing();

    /** Files that are taken together, whatever becomes of the others: half a renewed certificate must not keep a key from being revoked. */
    enum Kind {
        CERTIFICATES("certificates", "new connections get them"),
        UPSTREAM_TLS("upstream_tls", "new connections to https backends go by it"),
        KEYS("keys", "requests from now on go by them");

        private final String label;
        private final String effect;

        Kind(String label, String effect) {
            this.label = label;
            this.effect = effect;
        }
    }

    /** The files of that kind behind {@code config}, each once. */
    static List<Path> files(Kind kind, HomingConfig config) {
        return switch (kind) {
            case CERTIFICATES -> ListenerTls.paths(config.server().listen());
            case UPSTREAM_TLS -> UpstreamTls.paths(config);
            case KEYS -> KeyRing.paths(config);
        };
    }

    /**
     * Reads all of them.
     *
     * @return what has to be done so that they are gone by
     * @throws IllegalArgumentException when one cannot be used
     */
    Runnable read(HomingConfig config) {
        List<Renewal> renewals =
                Stream.of(Kind.values()).map(kind -> read(kind, config)).toList();
        return () -> renewals.forEach(renewal -> renewal.use().run());
    }

    /**
     * Takes those of one kind as they are now; when one cannot be used they all stay as they were, and the log says why.
     *
     * @return whether anything is other than before
     */
    boolean renew(Kind kind, HomingConfig config) {
        try {
            Renewal renewal = read(kind, config);
            renewal.use().run();
            if (renewal.changes()) {
                LOG.info("{} renewed: {}", kind.label, kind.effect);
            }
            return renewal.changes();
        } catch (IllegalArgumentException e) {
            LOG.warn("{} not renewed, the old ones stay in force: {}", kind.label, e.getMessage());
            return false;
        }
    }

    private Renewal read(Kind kind, HomingConfig config) {
        return switch (kind) {
            case CERTIFICATES -> listeners.read(config.server().listen());
            case UPSTREAM_TLS -> upstream.read(config);
            case KEYS -> keys.read(config);
        };
    }

    /** What clients of that listener are shown at the moment of asking; null when it is a plain one. */
    @Nullable Supplier<Tls> shown(Listener listener) {
        return listener.tls() == null ? null : listeners.of(listener.tls());
    }

    /** How https backends under those rules are spoken to. */
    SslContext towards(UpstreamRules.Tls rules) {
        return upstream.context(rules);
    }

    /** The keys that requests have to show, null when none is asked for. */
    @Nullable ApiKeys keys(HomingConfig config) {
        return keys.of(config);
    }
}
