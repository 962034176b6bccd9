// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One id, two conversations: as clients make it happen, and as operators see it. */
class SharedIdTest {

    private static final String SHARED = "an-agents-session";

    @Test
    void aClientThatReusesAnAgentsIdIsCountedOnceAndExplained() throws Exception {
        try (Replicas replicas = Replicas.start(2, Replicas.fast(EngineSettings.Kind.VLLM));
                RunningHoming homing = RunningHoming.start(replicas.yaml())) {
            Chat chat = new Chat(homing.clients());
            Operator operator = new Operator(homing.operators());
            Conversation agent = new Conversation(chat, SHARED);
            Conversation other = new Conversation(chat, SHARED);
            Conversation alone = new Conversation(chat, "somebody-else");

            agent.turns(6, 2).join();
            alone.turns(6, 2).join();
            other.turns(2, 2).join();
            assertThat(operator.metrics().count("homing_session_suspects_total"))
                    .as("one that began anew is none yet")
                    .isZero();
            for (int i = 0; i < 4; i++) {
                agent.turns(1, 2).join();
                other.turns(1, 2).join();
                alone.turns(1, 2).join();
            }

            for (Conversation talk : List.of(agent, other, alone)) {
                assertThat(talk.failures()).isEmpty();
            }
            await().untilAsserted(() -> assertThat(operator.metrics().count("homing_session_suspects_total"))
                    .isEqualTo(1));
            assertThat(operator.json("/api/explain?session=" + SHARED)
                            .get("suspect")
                            .textValue())
                    .isEqualTo("two conversations seem to go by this id: its prompts shrink");
            assertThat(operator.json("/api/explain?session=somebody-else")
                            .get("suspect")
                            .isNull())
                    .isTrue();
        }
    }
}
