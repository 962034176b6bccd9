// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import dev.homing.demo.EngineStats;
import java.net.URI;

/** Replicas behind a proxy, as the official SDKs meet them in good days and bad. */
record SdkScene(Replicas replicas, RunningHoming homing) implements AutoCloseable {

    static final String MODEL = "demo-8b";
    static final String SESSION = "an-sdks-session";
    static final String PROMPT = "Tell me of the sea and the owl. ".repeat(20);
    static final int TOKENS = 7;

    /** All is well. */
    static SdkScene of(EngineSettings.Kind kind) {
        Replicas replicas = Replicas.start(3, Replicas.fast(kind));
        return new SdkScene(replicas, RunningHoming.start(replicas.yaml()));
    }

    /** Every replica is dead. */
    static SdkScene withoutReplicas() {
        Replicas replicas = two();
        replicas.kill(0);
        replicas.kill(1);
        return new SdkScene(replicas, RunningHoming.start(replicas.yaml()));
    }

    /** Two pools of one replica each, neither for what the SDKs are about to ask. */
    static SdkScene withoutRoute() {
        Replicas replicas = two();
        return new SdkScene(replicas, RunningHoming.start("""
                        listen: 127.0.0.1:0
                        admin: 127.0.0.1:0
                        pools:
                          models: {backends: [{id: a, url: "%s"}]}
                          other: {backends: [{id: b, url: "%s"}]}
                        routes:
                          - {match: {path_prefix: /v1/models}, pool: models}
                          - {match: {path_prefix: /v1/embeddings}, pool: other}
                        """.formatted(
                        replicas.engine(0).url(), replicas.engine(1).url())));
    }

    /** The prompt is larger than a body may be. */
    static SdkScene withSmallBodies() {
        Replicas replicas = two();
        return new SdkScene(replicas, RunningHoming.start(replicas.yaml("limits: {body: 512B}")));
    }

    private static Replicas two() {
        return Replicas.start(2, Replicas.fast(EngineSettings.Kind.VLLM));
    }

    /** Where the SDKs are pointed at. */
    URI url() {
        return homing.clients();
    }

    /** The one replica that the session went to. */
    EngineStats used() {
        assertThat(replicas.homes(SESSION)).hasSize(1);
        return replicas.stats(replicas.homes(SESSION).get(0));
    }

    /** Requests that reached any replica. */
    long received() {
        return replicas.sum(stats -> stats.requests().received());
    }

    @Override
    public void close() {
        homing.close();
        replicas.close();
    }
}
