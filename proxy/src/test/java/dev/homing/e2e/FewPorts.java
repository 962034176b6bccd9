// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** More streams than there are ports, on a machine that gives a connection one of {@link #PORTS}; a program that ends with 0 when all went well. */
final class FewPorts {

    /** Ports that connections may take; each backend's address has its own. */
    static final int PORTS = 20;

    private static final int BACKENDS = 2;
    private static final int CLIENTS = 2 * BACKENDS * PORTS;

    private FewPorts() {}

    public static void main(String[] arguments) throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try (Replicas replicas = Replicas.start(
                        BACKENDS, Replicas.fast(EngineSettings.Kind.VLLM).decode(10));
                RunningHoming homing = RunningHoming.start(
                        replicas.yaml("io: " + arguments[0], "health: {interval: 200ms, fall: 2}"))) {
            Operator operator = new Operator(homing.operators());
            operator.awaitReady(200);
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                // clients come from addresses of their own, which have ports of their own
                RawClient client =
                        RawClient.from(new InetSocketAddress("127.0.0." + (2 + i / 10), 0), homing.clients());
                clients.add(client);
                answers.add(client.chat("hello", 4_000).readUntil("\r\n\r\n"));
            }
            assertThat(answers)
                    .allMatch(answer -> answer.startsWith("HTTP/1.1 200 ") || answer.startsWith("HTTP/1.1 503 "));
            long streams = answers.stream()
                    .filter(answer -> answer.startsWith("HTTP/1.1 200 "))
                    .count();
            System.out.println(arguments[0] + ": " + streams + " streams over " + BACKENDS + " x " + PORTS + " ports");
            assertThat(streams).isBetween((long) BACKENDS * PORTS / 2, (long) BACKENDS * PORTS);
            assertThat(answers.stream().filter(answer -> answer.startsWith("HTTP/1.1 503 ")))
                    .allMatch(answer -> answer.contains("Retry-After: "));
            Thread.sleep(1_500); // several probes fail meanwhile
            areUp(operator);

            for (RawClient client : clients) {
                client.reset();
            }
            for (int i = 0; i < 2 * PORTS; i++) {
                Awaitility.await("served again").atMost(Duration.ofSeconds(20)).until(() -> served(homing));
            }
            areUp(operator);
            assertThat(operator.metrics().count("homing_backend_transitions_total", "to=down"))
                    .isZero();
        }
    }

    private static void areUp(Operator operator) {
        for (int i = 0; i < BACKENDS; i++) {
            JsonNode backend = operator.backend(Replicas.id(i));
            assertThat(backend.path("healthy").asBoolean()).as("%s", backend).isTrue();
        }
    }

    private static boolean served(RunningHoming homing) throws IOException {
        try (RawClient client = RawClient.from(new InetSocketAddress("127.0.1.1", 0), homing.clients())) {
            return client.chat("hello", 1).readUntil("\r\n\r\n").startsWith("HTTP/1.1 200 ");
        }
    }
}
