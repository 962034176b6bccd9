// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.images.builder.Transferable;

/** Proxies with one Redis and one set of replicas, each a container with an address of its own, made from the image that users build. */
final class ContainerFleet implements AutoCloseable {

    /** Of the operators of these proxies. */
    static final String TOKEN = "let-me-in-please";

    private static final Path ROOT = Path.of(System.getProperty("project.root"));
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int CLIENTS = 8080;
    private static final int OPERATORS = 9090;

    private final DockerClient docker = DockerClientFactory.instance().client();
    private final Network network = Network.newNetwork();
    private final List<Member> replicas = new ArrayList<>();
    private final List<Member> proxies = new ArrayList<>();
    private final Member redis;

    /** @param yaml of every proxy, without its listeners, its operators' token and its backends, which are {@code gpu-0} and so on */
    ContainerFleet(int proxies, int replicas, String yaml) {
        ImageFromDockerfile image = homing();
        redis = member(
                "redis", new GenericContainer<>(redisImage()).waitingFor(Wait.forLogMessage(".*Ready to accept.*", 1)));
        for (int i = 0; i < replicas; i++) {
            this.replicas.add(member(
                    "gpu-" + i,
                    new GenericContainer<>(image)
                            .withCommand("replica", "--listen", "0.0.0.0:8000", "--dialect", "vllm")
                            .waitingFor(Wait.forLogMessage(".*listens on.*", 1))));
        }
        for (int i = 0; i < proxies; i++) {
            this.proxies.add(member(
                    "homing-" + i,
                    new GenericContainer<>(image)
                            .withCopyToContainer(Transferable.of(yaml + ours(replicas)), "/etc/homing/homing.yaml")
                            .withExposedPorts(CLIENTS, OPERATORS)
                            .waitingFor(Wait.forHttp("/readyz").forPort(OPERATORS))));
        }
    }

    private static String ours(int replicas) {
        StringBuilder yaml = new StringBuilder("\nlisten: 0.0.0.0:8080\nadmin: 0.0.0.0:9090\nadmin_token: " + TOKEN
                + "\nresponse_headers: true\nbackends:\n");
        IntStream.range(0, replicas)
                .forEach(i -> yaml.append("  - {id: gpu-%d, url: \"http://gpu-%d:8000\"}%n".formatted(i, i)));
        return yaml.toString();
    }

    private static ImageFromDockerfile homing() {
        String docker = "config/deploy/docker/";
        return new ImageFromDockerfile("homing-under-test", false)
                .withFileFromPath("Dockerfile", ROOT.resolve(docker + "Dockerfile"))
                .withFileFromPath(docker + "java.args", ROOT.resolve(docker + "java.args"))
                .withFileFromPath("proxy/target/homing.jar", ROOT.resolve("proxy/target/homing.jar"))
                .withBuildArg("JDK", System.getProperty("homing.image.jdk", "eclipse-temurin:25-jdk"));
    }

    /** From the same base as homing's, and nothing kept on disk: what is killed comes back empty. */
    private static ImageFromDockerfile redisImage() {
        return new ImageFromDockerfile("redis-under-test", false)
                .withDockerfileFromBuilder(builder -> builder.from("debian:bookworm-slim")
                        .run(
                                "apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server > /dev/null")
                        .cmd("redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", ""));
    }

    private Member member(String name, GenericContainer<?> container) {
        container
                .withNetwork(network)
                .withNetworkAliases(name)
                .withStartupTimeout(PATIENCE)
                .start();
        return new Member(name, container);
    }

    Member replica(int index) {
        return replicas.get(index);
    }

    Member proxy(int index) {
        return proxies.get(index);
    }

    Member redis() {
        return redis;
    }

    @Override
    public void close() {
        proxies.forEach(Member::remove);
        replicas.forEach(Member::remove);
        redis.remove();
        network.close();
    }

    /** One container, and what may happen to it. */
    final class Member {

        private final String name;
        private final GenericContainer<?> container;

        private Member(String name, GenericContainer<?> container) {
            this.name = name;
            this.container = container;
        }

        String name() {
            return name;
        }

        /** Where clients of this proxy connect to; another port after each start. */
        URI clients() {
            return published(CLIENTS);
        }

        /** Its operator. */
        Operator operator() {
            return new Operator(published(OPERATORS), TOKEN);
        }

        /** At once, without a goodbye. */
        void kill() {
            docker.killContainerCmd(id()).exec();
        }

        void start() {
            docker.startContainerCmd(id()).exec();
        }

        /** It hangs: connections are taken, nothing is answered. */
        void pause() {
            docker.pauseContainerCmd(id()).exec();
        }

        void goOn() {
            docker.unpauseContainerCmd(id()).exec();
        }

        /** Its name and its address are gone, and what it says is lost. */
        void disconnect() {
            docker.disconnectFromNetworkCmd()
                    .withContainerId(id())
                    .withNetworkId(network.getId())
                    .exec();
        }

        void connect() {
            docker.connectToNetworkCmd()
                    .withContainerId(id())
                    .withNetworkId(network.getId())
                    .withContainerNetwork(new ContainerNetwork().withAliases(name))
                    .exec();
        }

        private URI published(int port) {
            String bound = docker.inspectContainerCmd(id())
                    .exec()
                    .getNetworkSettings()
                    .getPorts()
                    .getBindings()
                    .get(ExposedPort.tcp(port))[0]
                    .getHostPortSpec();
            return URI.create("http://" + container.getHost() + ":" + bound);
        }

        private String id() {
            return container.getContainerId();
        }

        private void remove() {
            container.stop();
        }
    }
}
