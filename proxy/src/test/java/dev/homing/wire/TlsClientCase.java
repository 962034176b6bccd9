// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import dev.homing.KeyPairs;
import dev.homing.frontend.Door;
import dev.homing.frontend.Tls;
import io.netty.handler.ssl.SslProvider;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Clients that speak TLS, by whichever implementation homing has it. */
abstract class TlsClientCase extends WireCase {

    /** What {@link #secured(RecordingOrigin)} shows. */
    static KeyPairs first;

    /** Written by the test, read by the event loops. */
    private volatile Tls shown;

    @BeforeAll
    static void makeKey(@TempDir Path folder) throws Exception {
        first = KeyPairs.made(folder, "EC", "localhost", "first.example.org");
    }

    abstract SslProvider provider();

    final Tls tls(List<KeyPairs> own, KeyPairs... clients) throws Exception {
        List<Tls.Identity> identities =
                own.stream().map(TlsClientCase::identity).toList();
        List<X509Certificate> authorities =
                Arrays.stream(clients).map(TlsClientCase::certificate).toList();
        return Tls.of(provider(), identities, authorities);
    }

    private static Tls.Identity identity(KeyPairs keys) {
        try {
            return new Tls.Identity(keys.key(), List.of(keys.certificate()));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static X509Certificate certificate(KeyPairs keys) {
        return identity(keys).chain().get(0);
    }

    /** Shows that to connections that begin from now on. */
    final void show(Tls tls) {
        shown = tls;
    }

    final PlaneUnderTest secured(RecordingOrigin origin, Tls tls) {
        show(tls);
        return opened(
                PlaneUnderTest.open(io, configs.generation(List.of(origin.address())), new Door(() -> shown, false)));
    }

    final PlaneUnderTest secured(RecordingOrigin origin) throws Exception {
        return secured(origin, tls(List.of(first)));
    }

    final SSLSocket socket(PlaneUnderTest plane, SSLContext context) throws Exception {
        Socket wire = opened(new Socket());
        wire.setTcpNoDelay(true);
        wire.setReceiveBufferSize(64 * 1024);
        wire.connect(plane.address(), 10_000);
        return (SSLSocket) context.getSocketFactory()
                .createSocket(wire, "localhost", plane.address().getPort(), true);
    }

    final RawClient speaking(PlaneUnderTest plane) throws Exception {
        return opened(RawClient.over(socket(plane, KeyPairs.client(null, first))));
    }

    /** Speaks HTTP/2 where it is offered. */
    final HttpClient http2() throws Exception {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(KeyPairs.client(null, first))
                .build();
    }

    static HttpRequest posting(PlaneUnderTest plane, byte[] body) {
        return HttpRequest.newBuilder(
                        URI.create("https://localhost:" + plane.address().getPort() + "/x"))
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }
}
