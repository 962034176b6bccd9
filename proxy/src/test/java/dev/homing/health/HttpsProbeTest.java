// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.KeyPairs;
import dev.homing.config.UpstreamRules;
import dev.homing.health.RawServer.Script;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Probes of https backends: the certificate counts as much as the status. */
class HttpsProbeTest {

    private static final UpstreamRules.Tls TLS = new UpstreamRules.Tls(Path.of("ca.pem"), null, null);
    private static final Script GOOD = Script.text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

    private static EventLoopGroup loops;
    private static KeyPairs keys;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        keys = KeyPairs.localhost(folder);
    }

    @AfterAll
    static void stop() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static RawServer server(Script script) throws Exception {
        return new RawServer(
                keys.server().getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress()),
                script);
    }

    private static SslContext trusting() throws Exception {
        return SslContextBuilder.forClient().trustManager(keys.certificate()).build();
    }

    private static ProbeResult probe(String url, SslContext ssl, Duration timeout) throws Exception {
        HttpProbe probe = new HttpProbe(new HttpFetch(
                loops,
                NioSocketChannel::new,
                DefaultAddressResolverGroup.INSTANCE,
                tls -> {
                    assertThat(tls).isEqualTo(TLS);
                    return ssl;
                },
                "homing/test"));
        BackendTarget target = new BackendTarget(
                new BackendTarget.Where(URI.create(url), null), "/health", Map.of(), null, TLS, timeout);
        return probe.probe(target).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void aTrustedBackendIsAskedOverTls() throws Exception {
        try (RawServer server = server(GOOD)) {
            assertThat(probe("https://localhost:" + server.port(), trusting(), Duration.ofSeconds(20)))
                    .isEqualTo(new ProbeResult.Answered(200, false));
            assertThat(server.heads().get(0)).startsWith("GET /health HTTP/1.1\r\n");
        }
    }

    @Test
    void aCertificateOfAnotherNameFails() throws Exception {
        try (RawServer server = server(GOOD)) {
            assertThat(probe("https://127.0.0.1:" + server.port(), trusting(), Duration.ofSeconds(20)))
                    .isInstanceOf(ProbeResult.Failed.class);
        }
    }

    @Test
    void aCertificateThatNobodyVouchesForFails() throws Exception {
        SslContext strict = SslContextBuilder.forClient().build();
        try (RawServer server = server(GOOD)) {
            assertThat(probe("https://localhost:" + server.port(), strict, Duration.ofSeconds(20)))
                    .isInstanceOf(ProbeResult.Failed.class);
        }
    }

    @Test
    void aHandshakeThatHangsTimesOut() throws Exception {
        Duration timeout = Duration.ofMillis(300);
        try (RawServer server = RawServer.plain(Script.hanging(""))) {
            assertThat(probe("https://localhost:" + server.port(), trusting(), timeout))
                    .isEqualTo(new ProbeResult.TimedOut(timeout));
        }
    }
}
