// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import dev.homing.config.BackendConfig.State;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** The keys of one item of {@code backends}. */
final class BackendKeys {

    static final Key<BackendConfig, String> ID = Key.required(
            "id",
            Texts.NAME,
            BackendConfig::id,
            "Stable identity: placement hashes the id, never the address, so a moved address moves no session.",
            "Never for a running replica: its sessions go by it.");

    static final Key<BackendConfig, URI> URL = Key.required(
            "url",
            Urls.BACKEND,
            BackendConfig::url,
            "Where it listens; a path is put before that of each request.",
            "Whenever it moves; sessions do not notice.");

    static final Key<BackendConfig, Double> WEIGHT = Key.pool(
            "weight",
            Numbers.POSITIVE,
            1.0,
            BackendConfig::weight,
            "Share of new sessions.",
            "Replicas are unequally fast, or one should fill slowly.");

    static final Key<BackendConfig, Integer> MAX_INFLIGHT = Key.pool(
            "max_inflight",
            Numbers.autoOr(1_000_000),
            0,
            BackendConfig::maxInflight,
            "Requests sent to it at once, others wait; 0 = no limit, auto = the slots that a llama-server tells at /props.",
            "`auto` for a llama-server; a number where requests should wait in homing's queue and not in the engine's.");

    static final Key<BackendConfig, State> STATE = Key.pool(
            "state",
            Numbers.oneOf(State.class),
            State.READY,
            BackendConfig::state,
            "`drain` serves the sessions it has and takes no new one.",
            "To have a drain outlast reloads and restarts.");

    static final Key<BackendConfig, Map<String, Secret>> HEADERS = Key.pool(
            "headers",
            new HeaderMap<>(Texts.SETTABLE_HEADER_NAME, Texts.HIDDEN_HEADER_VALUE),
            Map.of(),
            BackendConfig::headers,
            "Set on requests to it, such as {X-data-parallel-rank: \"0\"} for one rank of a vLLM; values are not shown.",
            "Ranks of a vLLM behind one port; a gateway in front of the engine that wants one.");

    static final ObjectOf<BackendConfig> BACKEND = new ObjectOf<>(
            new KeySet<>(List.of(ID, URL, WEIGHT, MAX_INFLIGHT, STATE, HEADERS)),
            values -> new BackendConfig(
                    values.of(ID),
                    values.of(URL),
                    values.of(WEIGHT),
                    values.of(MAX_INFLIGHT),
                    values.of(STATE),
                    values.of(HEADERS)));

    private BackendKeys() {}
}
