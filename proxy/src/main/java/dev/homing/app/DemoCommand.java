// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.Affinity;
import dev.homing.demo.Comparison;
import dev.homing.demo.Demo;
import dev.homing.demo.Progress;
import dev.homing.demo.ProgressBar;
import dev.homing.demo.ProxyFactory;
import dev.homing.demo.RunningProxy;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code homing demo}: round robin beside affinity, on demo replicas. */
@Command(
        name = "demo",
        description =
                "Starts demo replicas and the proxy on free ports, drives conversations through it by round robin and then with"
                        + " affinity, and shows what that did to cached tokens and time to first token.")
public final class DemoCommand implements Callable<Integer> {

    private final Function<Affinity.Policy, ProxyFactory> proxies;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
    private CommandSpec spec;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            defaultValue = "3",
            description = "demo replicas (default: ${DEFAULT-VALUE})")
    private int replicas;

    @Option(
            names = "--sessions",
            paramLabel = "N",
            defaultValue = "24",
            description = "conversations at once (default: ${DEFAULT-VALUE})")
    private int sessions;

    @Option(
            names = "--turns",
            paramLabel = "N",
            defaultValue = "6",
            description = "turns of each (default: ${DEFAULT-VALUE})")
    private int turns;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "of what is said and when (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(
            names = "--placement",
            paramLabel = "P",
            defaultValue = "load_aware",
            description = "of new sessions in the second round: load_aware or rendezvous (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
    private Affinity.Policy placement;

    @Option(names = "--serve", description = "stays up afterwards, and says where")
    private boolean serve;

    @Option(names = "--json", description = "prints the figures as JSON, and nothing else on standard output")
    private boolean json;

    /** @param proxies makes the proxies that are shown, by how they place new sessions */
    public DemoCommand(Function<Affinity.Policy, ProxyFactory> proxies) {
        this.proxies = proxies;
    }

    @Override
    public Integer call() throws InterruptedException {
        Demo.Size size;
        try {
            size = new Demo.Size(replicas, sessions, turns, seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        try (Demo demo = new Demo(size, proxies.apply(placement), progress())) {
            Comparison comparison = demo.run();
            show(json ? comparison.json() + "\n" : "\n" + comparison.table());
            RunningProxy proxy = demo.proxy();
            if (serve && proxy != null) {
                show(invitation(proxy));
                UntilStopped.await(demo);
            }
            return 0;
        } catch (IOException | UncheckedIOException e) {
            spec.commandLine().getErr().println("homing demo: " + e.getMessage());
            return 1;
        }
    }

    private Progress progress() {
        PrintWriter where =
                json ? spec.commandLine().getErr() : spec.commandLine().getOut();
        return new ProgressBar(where, Ansi.AUTO.enabled());
    }

    private void show(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }

    private static String invitation(RunningProxy proxy) {
        String url = "http://" + proxy.address().getAddress().getHostAddress() + ":"
                + proxy.address().getPort();
        String dashboard = proxy.admin() == null ? "" : "dashboard: " + proxy.admin() + "\n";
        return """

                Still up until you press Ctrl-C. Try the same session twice, and look at cached_tokens:
                %sproxy:     %s
                curl -N %s/v1/chat/completions -H 'Content-Type: application/json' -H 'X-Session-Id: me' \\
                  -d '{"stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hello"}]}'
                """.formatted(dashboard, url, url);
    }
}
