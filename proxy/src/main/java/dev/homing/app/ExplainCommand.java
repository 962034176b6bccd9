// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.Affinity;
import dev.homing.config.BackendConfig;
import dev.homing.config.ConfigErrors;
import dev.homing.config.ConfigReader;
import dev.homing.config.HomingConfig;
import dev.homing.config.PoolConfig;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.Mix64;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.Ranking;
import dev.homing.routing.Router;
import dev.homing.routing.SessionKey;
import dev.homing.routing.SipHash;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code homing explain}: where a configuration places a session, with no proxy running: all backends healthy, nobody busy, nothing remembered. */
@Command(
        name = "explain",
        description =
                "Tells the rendezvous order and the scores of a session: where it is placed when it is new, all backends are healthy and"
                        + " nobody is busy. A running proxy also knows pins, health and load: ask its /api/explain.")
final class ExplainCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigOption option;

    @Option(
            names = "--session",
            required = true,
            paramLabel = "ID",
            description = "The session, as its client names it. It is not kept.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String session;

    @Option(
            names = "--pool",
            paramLabel = "P",
            description = "One pool; else all, since a session is another one in each.")
    private @Nullable String pool;

    @Override
    public Integer call() {
        String id = session.strip();
        if (id.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--session: blank (expected: the id that clients send)");
        }
        PrintWriter err = spec.commandLine().getErr();
        try {
            HomingConfig config = ConfigReader.read(option.file());
            for (PoolConfig one : pools(config)) {
                if (one.settings().affinity().identity().scope() == Affinity.Scope.AUTHORIZATION) {
                    err.println("pool " + one.name()
                            + ": affinity.scope: authorization (expected: none; with it, no session is known"
                            + " by its id alone)");
                    return CheckCommand.BAD_CONFIGURATION;
                }
                tell(config, one, id.getBytes(StandardCharsets.UTF_8));
            }
            return 0;
        } catch (ConfigErrors e) {
            e.errors().forEach(err::println);
            return CheckCommand.BAD_CONFIGURATION;
        }
    }

    private List<PoolConfig> pools(HomingConfig config) {
        List<PoolConfig> found = config.pools().stream()
                .filter(one -> pool == null || one.name().equals(pool))
                .toList();
        if (found.isEmpty()) {
            List<String> names = config.pools().stream().map(PoolConfig::name).toList();
            throw new ParameterException(
                    spec.commandLine(), "--pool: " + pool + " (expected: one of " + String.join(", ", names) + ")");
        }
        return found;
    }

    private void tell(HomingConfig config, PoolConfig pool, byte[] id) {
        PrintWriter out = spec.commandLine().getOut();
        SessionKey key = SipHash.ofSeed(
                        config.defaults().affinity().table().seed().value())
                .key(pool.name(), id);
        pool.backends().stream()
                .filter(backend -> backend.name() != null)
                .forEach(backend -> out.println("note     " + backend.id() + " stands for the replicas of "
                        + backend.name() + ": a running proxy knows them, ask its /api/explain"));
        Ranking ranking = Router.rank(pool(pool), key, Router.PendingTokens.NONE);
        out.println("pool     " + pool.name());
        out.println("session  " + key.hex());
        int place = 1;
        for (Ranking.Rank rank : ranking.order()) {
            Backend backend = rank.backend();
            out.println(String.format(
                    Locale.ROOT,
                    "%-8d %s score %.12f weight %s %s",
                    place++,
                    backend.id(),
                    rank.score(),
                    backend.weight(),
                    backend.state().name().toLowerCase(Locale.ROOT)));
        }
        out.println("placed   "
                + ranking.order().stream()
                        .filter(rank -> rank.fitness() == Ranking.Fitness.FITS)
                        .findFirst()
                        .map(rank -> rank.backend().id())
                        .orElse("nowhere: no backend is ready"));
        if (pool.settings().affinity().placement().home() == Affinity.Home.PREFIX) {
            out.println("note     home: prefix: a new session goes by the beginning of its prompt, not by this order");
        }
    }

    private static Pool pool(PoolConfig pool) {
        List<Backend> backends = new ArrayList<>();
        for (BackendConfig backend : pool.backends()) {
            if (backend.name() != null) {
                continue;
            }
            backends.add(new Backend(
                    backends.size(),
                    backend.id(),
                    Mix64.hashId(backend.id()),
                    backend.weight(),
                    BackendState.valueOf(backend.state().name()),
                    true));
        }
        return new Pool(0, pool.name(), backends, PlacementRules.RENDEZVOUS);
    }
}
