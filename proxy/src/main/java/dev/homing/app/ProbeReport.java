// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.BackendConfig;
import dev.homing.config.HomingConfig;
import dev.homing.config.PoolConfig;
import dev.homing.health.BackendTarget;
import dev.homing.survey.Advice;
import dev.homing.survey.Caching;
import dev.homing.survey.Engine;
import dev.homing.survey.Finding;
import dev.homing.survey.PoolAdvice;
import dev.homing.survey.Remark;
import dev.homing.survey.Survey;
import dev.homing.survey.Trial;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What {@code homing check --probe} prints: all backends are asked at once, and told in the order of the configuration. */
final class ProbeReport {

    private final Enquiry enquiry;
    private final boolean generate;
    private final PrintWriter out;
    private final PrintWriter err;

    /** @param generate whether backends are asked for tokens too */
    ProbeReport(Enquiry enquiry, boolean generate, PrintWriter out, PrintWriter err) {
        this.enquiry = enquiry;
        this.generate = generate;
        this.out = out;
        this.err = err;
    }

    /** Of one pool, while it is asked. */
    private record Asked(PoolConfig pool, List<CompletableFuture<Group>> groups) {}

    /** What a backend of the configuration turned out to stand for. */
    private record Group(BackendConfig backend, @Nullable String missing, List<Seen> members) {}

    private record Seen(
            BackendConfig backend, Survey survey, @Nullable Trial trial) {}

    void tell(HomingConfig config) {
        List<Asked> asked = config.pools().stream()
                .map(pool -> new Asked(
                        pool,
                        pool.backends().stream()
                                .map(backend -> ask(pool, backend).toCompletableFuture())
                                .toList()))
                .toList();
        asked.forEach(this::tell);
    }

    private CompletionStage<Group> ask(PoolConfig pool, BackendConfig backend) {
        return enquiry.members(backend, pool.settings()).thenCompose(members -> {
            List<CompletableFuture<Seen>> seen = members.list().stream()
                    .map(member -> ask(pool, member).toCompletableFuture())
                    .toList();
            return CompletableFuture.allOf(seen.toArray(CompletableFuture[]::new))
                    .thenApply(done -> new Group(
                            backend,
                            members.missing(),
                            seen.stream().map(CompletableFuture::join).toList()));
        });
    }

    private CompletionStage<Seen> ask(PoolConfig pool, Enquiry.Member member) {
        BackendTarget target = BackendTarget.of(member.backend(), member.address(), pool.settings());
        CompletionStage<Survey> survey = enquiry.survey(target);
        return generate
                ? survey.thenCompose(
                        seen -> enquiry.trial(target, seen).thenApply(trial -> new Seen(member.backend(), seen, trial)))
                : survey.thenApply(seen -> new Seen(member.backend(), seen, null));
    }

    private void tell(Asked asked) {
        String name = asked.pool().name();
        Map<BackendConfig, Survey> all = new LinkedHashMap<>();
        for (CompletableFuture<Group> answered : asked.groups()) {
            Group group = answered.join();
            if (group.missing() != null) {
                out.println("probe    " + name + "/" + group.backend().id() + " no replicas");
                err.println("warning: backend " + name + "/" + group.backend().id() + ": " + group.missing());
            }
            for (Seen seen : group.members()) {
                all.put(seen.backend(), seen.survey());
                tell(asked.pool(), seen);
            }
        }
        PoolAdvice.of(all).forEach(remark -> tell("pool " + name, name, remark));
    }

    private void tell(PoolConfig pool, Seen seen) {
        String name = pool.name() + "/" + seen.backend().id();
        Survey survey = seen.survey();
        out.println("probe    " + name + " " + survey.text());
        if (survey.finding() instanceof Finding.Ready && !(survey.engine() instanceof Engine.Unknown)) {
            out.println("caching  " + name + " " + Caching.text(survey.engine(), seen.trial()));
            out.println("usage    " + name + " " + Caching.usage(survey.engine(), seen.trial()));
        }
        Advice.of(seen.backend(), pool.settings(), survey, seen.trial())
                .forEach(remark -> tell("backend " + name, name, remark));
    }

    private void tell(String whom, String name, Remark remark) {
        if (remark.weight() == Remark.Weight.WARNING) {
            err.println("warning: " + whom + ": " + remark.text());
        } else {
            out.println("advice   " + name + " " + remark.text());
        }
    }
}
