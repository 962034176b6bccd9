// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.demo.EngineSettings;
import dev.homing.demo.FakeEngine;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code homing replica}: one demo replica, to try things against. */
@Command(
        name = "replica",
        description = "Runs one demo replica, to try things against: no model, but a server's manners and timing.")
public final class ReplicaCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
    private CommandSpec spec;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1:9101",
            description = "where to listen (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init")
    private InetSocketAddress listen;

    @Option(
            names = "--dialect",
            paramLabel = "NAME",
            defaultValue = "llama-server",
            description = "llama-server or vllm; sets the defaults below (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init")
    private String dialect;

    @Option(names = "--slots", paramLabel = "N", description = "requests worked on at once; others wait")
    private @Nullable Integer slots;

    @Option(
            names = "--cache-tokens",
            paramLabel = "N",
            description = "tokens that the prefix cache holds, such as 64k or 4M")
    private @Nullable Long cacheTokens;

    @Option(names = "--prefill", paramLabel = "TOK/S", description = "uncached prompt tokens read a second")
    private @Nullable Long prefill;

    @Option(names = "--decode", paramLabel = "TOK/S", description = "tokens generated a second by each stream")
    private @Nullable Long decode;

    @Option(names = "--load-time", paramLabel = "DURATION", description = "how long the model takes to load")
    private @Nullable Duration loadTime;

    @Option(names = "--no-cache-report", description = "vllm: answers do not tell cached tokens, its default")
    private boolean noCacheReport;

    @Override
    public Integer call() {
        EngineSettings settings;
        try {
            settings = settings();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        try (FakeEngine engine = FakeEngine.start(settings)) {
            if (settings.kind() == EngineSettings.Kind.VLLM) {
                engine.ready().toCompletableFuture().join();
            }
            spec.commandLine().getOut().println(announcement(engine));
            spec.commandLine().getOut().flush();
            UntilStopped.await(engine);
            return 0;
        } catch (UncheckedIOException e) {
            return failed(e.getMessage());
        } catch (CompletionException e) {
            return failed(String.valueOf(e.getCause()));
        }
    }

    private int failed(@Nullable String why) {
        spec.commandLine().getErr().println("homing replica: " + why);
        return 1;
    }

    private EngineSettings settings() {
        EngineSettings settings = switch (dialect) {
            case "llama-server" -> EngineSettings.llamaServer();
            case "vllm" -> EngineSettings.vllm();
            default ->
                throw new IllegalArgumentException("--dialect: '" + dialect + "' (expected: llama-server or vllm)");
        };
        settings = settings.at(listen).cacheReport(!noCacheReport);
        settings = with(settings, slots, EngineSettings::slots);
        settings = with(settings, cacheTokens, EngineSettings::cacheTokens);
        settings = with(settings, prefill, (to, rate) -> to.prefill(rate));
        settings = with(settings, decode, (to, rate) -> to.decode(rate));
        return with(settings, loadTime, EngineSettings::loadTime);
    }

    /** What was not given stays as the dialect has it. */
    private static <T> EngineSettings with(
            EngineSettings settings, @Nullable T given, BiFunction<EngineSettings, T, EngineSettings> change) {
        return given == null ? settings : change.apply(settings, given);
    }

    private String announcement(FakeEngine engine) {
        EngineSettings settings = engine.settings();
        return String.format(
                Locale.ROOT,
                "replica (%s) listens on %s: %d slots, cache of %d tokens, prefill %.0f tokens/s, decode %.0f tokens/s",
                dialect,
                engine.url(),
                settings.capacity().slots(),
                settings.capacity().cacheTokens(),
                settings.speed().prefill(),
                settings.speed().decode());
    }
}
