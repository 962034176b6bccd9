// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import dev.homing.config.Listener.Certificate;
import dev.homing.config.Listener.Tls;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The keys of one item of {@code listen}. */
final class ListenerKeys {

    static final Key<Certificate, Path> CERTIFICATE = Key.required(
            "certificate",
            Texts.FILE,
            Certificate::certificate,
            "PEM file of a certificate chain.",
            "Always, together with its key.");

    static final Key<Certificate, Path> KEY = Key.required(
            "key", Texts.FILE, Certificate::key, "PEM file of its key.", "Always, together with the certificate.");

    static final KeySet<Certificate> CERTIFICATE_KEYS = new KeySet<>(List.of(CERTIFICATE, KEY));

    static final Key<Tls, List<Certificate>> CERTIFICATES = Key.required(
            "certificates",
            new ListOf<>(
                    new ObjectOf<>(CERTIFICATE_KEYS, values -> new Certificate(values.of(CERTIFICATE), values.of(KEY))),
                    1,
                    certificate -> certificate,
                    ""),
            Tls::certificates,
            "What clients are shown; the first serves names that no other one covers.",
            "Always; one for each name.");

    static final Key<Tls, Optional<Path>> CLIENT_CA = Key.restart(
            "client_ca",
            new OrNone<>(Texts.FILE),
            Optional.empty(),
            tls -> View.maybe(tls.clientCa()),
            "PEM file of the authority that must have signed a client's certificate.",
            "Only clients with a certificate may connect.");

    static final KeySet<Tls> TLS_KEYS = new KeySet<>(List.of(CERTIFICATES, CLIENT_CA));

    static final Key<Listener, Address> ADDRESS =
            Key.required("address", Addresses.ADDRESS, Listener::address, "Where it binds.", "Always, in this form.");

    static final Key<Listener, Optional<Tls>> TLS = Key.restart(
            "tls",
            new OrNone<>(new ObjectOf<>(
                    TLS_KEYS,
                    values -> new Tls(
                            values.of(CERTIFICATES), values.of(CLIENT_CA).orElse(null)))),
            Optional.empty(),
            listener -> View.maybe(listener.tls()),
            "Certificates; none for plain HTTP.",
            "Clients speak TLS to homing itself.");

    static final Key<Listener, Boolean> PROXY_PROTOCOL = Key.restart(
            "proxy_protocol",
            Numbers.SWITCH,
            false,
            Listener::proxyProtocol,
            "Whether each connection begins with a PROXY protocol header.",
            "A balancer in front sends it, and nobody else reaches this listener.");

    static final KeySet<Listener> ALL = new KeySet<>(List.of(ADDRESS, TLS, PROXY_PROTOCOL));

    private ListenerKeys() {}

    static Listener build(Values values) {
        return new Listener(values.of(ADDRESS), values.of(TLS).orElse(null), values.of(PROXY_PROTOCOL));
    }
}
