// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import dev.homing.KeyPairs;
import dev.homing.OtlpReceiver;
import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/** Two llama-servers behind a proxy that tells a collector of each request, at addresses that stand for those of the docs. */
final class ClientScene implements AutoCloseable {

    private static final String PLAIN = "127.0.0.1:8080";
    private static final String TLS = "localhost:8443";

    private final OtlpReceiver collector;
    private final Replicas replicas;
    private final RunningHoming homing;

    private ClientScene(OtlpReceiver collector, Replicas replicas, RunningHoming homing) {
        this.collector = collector;
        this.replicas = replicas;
        this.homing = homing;
    }

    /** @param more of the configuration, at its top level */
    static ClientScene plain(String... more) {
        return started("127.0.0.1:0", more);
    }

    /** Over TLS; the certificate that clients have to trust is {@code ca.pem} in that folder. */
    static ClientScene tls(Path folder) throws Exception {
        KeyPairs keys = KeyPairs.localhost(folder);
        Path certificate = Files.writeString(folder.resolve("ca.pem"), keys.certificatePem());
        Path key = Files.writeString(folder.resolve("key.pem"), keys.keyPem());
        return started("[{address: \"127.0.0.1:0\", tls: {certificates: [{certificate: %s, key: %s}]}}]"
                .formatted(certificate, key));
    }

    /** The one or the other: what that text asks. */
    static ClientScene askedBy(String text, Path folder) throws Exception {
        return text.contains(TLS) ? tls(folder) : plain();
    }

    private static ClientScene started(String listen, String... more) {
        OtlpReceiver collector = OtlpReceiver.start();
        Replicas replicas = Replicas.start(
                2, Replicas.fast(EngineSettings.Kind.LLAMA_SERVER).decode(20_000));
        String yaml = replicas.yaml(String.join("\n", more), "tracing: " + collector.address());
        return new ClientScene(
                collector, replicas, RunningHoming.start(yaml.replaceFirst("(?m)^listen: .*$", "listen: " + listen)));
    }

    /** The text, with this proxy's port in place of the one in the docs. */
    String addressed(String text) {
        int port = homing.clients().getPort();
        return text.replace(PLAIN, "127.0.0.1:" + port).replace(TLS, "localhost:" + port);
    }

    /** Stops the proxy, which ends what it does; then all that generated, the oldest first. */
    List<ClientCall> generated() {
        homing.close();
        return collector.spans().stream()
                .sorted(Comparator.comparingLong(Span::getStartTimeUnixNano))
                .map(ClientCall::of)
                .filter(ClientCall::generates)
                .toList();
    }

    @Override
    public void close() {
        homing.close();
        replicas.close();
        collector.close();
    }
}
