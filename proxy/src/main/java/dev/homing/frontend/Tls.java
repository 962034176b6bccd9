// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What one listener shows its clients over TLS: a certificate for each name that they may ask for. Immutable; renewed files make another one,
 * and connections keep the one that they began with.
 */
public final class Tls {

    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    /** Mozilla's intermediate list without the finite-field ones, which BoringSSL does not have: forward secrecy and AEAD, always. */
    private static final List<String> CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    /** Sessions that may be resumed, for each certificate. */
    private static final long SESSIONS = 20_000;

    /** Seconds for which one may be. */
    private static final long SESSION_SECONDS = 3600;

    /** A client that could ask for a new handshake at any time could keep a loop busy with nothing else. BoringSSL knows none. */
    private static final String RENEGOTIATION_OFF = "jdk.tls.rejectClientInitiatedRenegotiation";

    /** The type of a DNS name among the subject's alternative names, RFC 5280 section 4.2.1.6. */
    private static final int DNS_NAME = 2;

    static {
        if (System.getProperty(RENEGOTIATION_OFF) == null) {
            System.setProperty(RENEGOTIATION_OFF, "true");
        }
    }

    private final SslContext standard;
    private final Map<String, SslContext> byName;

    private Tls(SslContext standard, Map<String, SslContext> byName) {
        this.standard = standard;
        this.byName = Map.copyOf(byName);
    }

    /** A key with its certificate and those that vouch for it, the own one first. */
    public record Identity(PrivateKey key, List<X509Certificate> chain) {

        public Identity {
            chain = List.copyOf(chain);
        }

        /** The names that it may be shown for, in lower case; the first label of one may be {@code *}. */
        List<String> names() throws CertificateParsingException {
            List<String> names = new ArrayList<>();
            var alternatives = chain.get(0).getSubjectAlternativeNames();
            for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (alternative.get(0).equals(DNS_NAME)) {
                    names.add(String.valueOf(alternative.get(1)).toLowerCase(Locale.ROOT));
                }
            }
            return names;
        }
    }

    /**
     * Works out what follows from certificates.
     *
     * @param identities at least one; the first is for names that none of them has, and of two with one name the first has it
     * @param clientCa who must have signed a client's certificate; empty = none is asked for
     */
    public static Tls of(SslProvider provider, List<Identity> identities, List<X509Certificate> clientCa)
            throws SSLException, CertificateParsingException {
        List<SslContext> contexts = new ArrayList<>();
        Map<String, SslContext> byName = new HashMap<>();
        for (Identity identity : identities) {
            SslContext context = context(provider, identity, clientCa);
            contexts.add(context);
            for (String name : identity.names()) {
                byName.putIfAbsent(name, context);
            }
        }
        return new Tls(contexts.get(0), byName);
    }

    /**
     * The context for a name: that of the certificate which has it, else of one with a wildcard in place of its first label (RFC 9525 section 6.3),
     * else the first.
     *
     * @param name in lower case; null when the client told none
     */
    SslContext context(@Nullable String name) {
        if (name == null) {
            return standard;
        }
        SslContext exact = byName.get(name);
        int dot = name.indexOf('.');
        return exact != null || dot < 0
                ? (exact != null ? exact : standard)
                : byName.getOrDefault("*" + name.substring(dot), standard);
    }

    private static SslContext context(SslProvider provider, Identity identity, List<X509Certificate> clientCa)
            throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forServer(identity.key(), identity.chain())
                .sslProvider(provider)
                .protocols(VERSIONS)
                .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .sessionCacheSize(SESSIONS)
                .sessionTimeout(SESSION_SECONDS)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        ClientInitializer.PROTOCOLS));
        if (!clientCa.isEmpty()) {
            builder.clientAuth(ClientAuth.REQUIRE).trustManager(clientCa);
        }
        return builder.build();
    }
}
