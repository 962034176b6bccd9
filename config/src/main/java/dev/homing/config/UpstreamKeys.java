// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The keys that say how requests are sent to backends: {@code retry}, {@code discovery}, {@code upstream_*}. */
final class UpstreamKeys {

    static final Key<View, Integer> ATTEMPTS = Key.pool(
            "retry.attempts",
            Numbers.from(0, 1000),
            2,
            v -> v.settings().upstream().retry().attempts(),
            "Other backends tried after a failure to connect or a 503 \"Loading model\".",
            "0 to have clients see each failure; more in large pools that lose several replicas at once.");

    static final Key<View, Boolean> UNANSWERED = Key.pool(
            "retry.unanswered",
            Numbers.SWITCH,
            false,
            v -> v.settings().upstream().retry().unanswered(),
            "Also send again what a backend had received but not begun to answer when it died: a generation may run twice.",
            "A generation that runs twice is better than an error, as for batch work.");

    static final Key<View, Duration> DNS_REFRESH = Key.pool(
            "discovery.dns.refresh",
            Units.DURATION,
            Duration.ofSeconds(5),
            v -> v.settings().upstream().dns().refresh(),
            "How often the name of a `dns+http` backend, which stands for every address of it, is looked up again; sooner when its TTL ends,"
                    + " but not within a second.",
            "Replicas come and go faster, or the name server should be asked less.");

    static final Key<View, Duration> DNS_DRAIN = Key.pool(
            "discovery.dns.drain",
            Units.DURATION_OR_ZERO,
            Duration.ofMinutes(5),
            v -> v.settings().upstream().dns().drain(),
            "How long a replica that is no longer among the addresses goes on serving the sessions it has, as long as it is healthy.",
            "To how long a replica that is being removed still runs; 0s when it is gone at once.");

    static final Key<View, List<Address>> DNS_SERVERS = Key.pool(
            "discovery.dns.servers",
            ListOf.distinct(Addresses.NAME_SERVER, server -> server),
            List.of(),
            v -> v.settings().upstream().dns().servers(),
            "Name servers for such names, such as a Consul at 127.0.0.1:8600; none = those of /etc/resolv.conf.",
            "The names are in a server of their own, such as Consul.");

    static final Key<View, Optional<Secret>> AUTHORIZATION = Key.pool(
            "upstream_authorization",
            new OrNone<>(Texts.AUTHORIZATION),
            Optional.empty(),
            v -> View.maybe(v.settings().upstream().authorization()),
            "Sent to backends as Authorization in place of the client's own.",
            "Engines want a key that clients should not have, or `keys` is set.");

    static final Key<View, Optional<Path>> CA = Key.pool(
            "upstream_tls.ca",
            new OrNone<>(Texts.FILE),
            Optional.empty(),
            v -> View.maybe(v.settings().upstream().tls().ca()),
            "PEM file of the authorities that https backends are checked against, in place of the system's.",
            "Backends have certificates of an authority of your own.");

    static final Key<View, Optional<Path>> CERTIFICATE = Key.pool(
            "upstream_tls.certificate",
            new OrNone<>(Texts.FILE),
            Optional.empty(),
            v -> View.maybe(v.settings().upstream().tls().certificate()),
            "PEM file of the certificate shown to https backends.",
            "Backends ask for a certificate.");

    static final Key<View, Optional<Path>> KEY = Key.pool(
            "upstream_tls.key",
            new OrNone<>(Texts.FILE),
            Optional.empty(),
            v -> View.maybe(v.settings().upstream().tls().key()),
            "PEM file of that certificate's key.",
            "With `upstream_tls.certificate`.");

    static final Key<View, List<String>> STRIP_REQUEST_HEADERS = Key.pool(
            "strip_request_headers",
            ListOf.distinct(Texts.HEADER_NAME, name -> name.toLowerCase(Locale.ROOT)),
            List.of("X-Conversation-Id"),
            v -> v.settings().upstream().stripRequestHeaders(),
            "Headers never sent to backends; a llama-server ties streams together by X-Conversation-Id.",
            "Engines act on a header that clients should not set; or to let X-Conversation-Id through for resumable streams.");

    static final List<Key<View, ?>> ALL = List.of(
            ATTEMPTS,
            UNANSWERED,
            DNS_REFRESH,
            DNS_DRAIN,
            DNS_SERVERS,
            AUTHORIZATION,
            CA,
            CERTIFICATE,
            KEY,
            STRIP_REQUEST_HEADERS);

    private UpstreamKeys() {}

    static UpstreamRules build(Values values) {
        return new UpstreamRules(
                new UpstreamRules.Retry(values.of(ATTEMPTS), values.of(UNANSWERED)),
                new Dns(values.of(DNS_REFRESH), values.of(DNS_DRAIN), values.of(DNS_SERVERS)),
                values.of(AUTHORIZATION).orElse(null),
                new UpstreamRules.Tls(
                        values.of(CA).orElse(null),
                        values.of(CERTIFICATE).orElse(null),
                        values.of(KEY).orElse(null)),
                values.of(STRIP_REQUEST_HEADERS));
    }
}
