// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * Conversations made from a seed: what is said, and when. They are like a coding assistant's: a system prompt of 1,000 tokens of
 * which all sessions share 800, user turns of 200 to 900 tokens, short answers, everything sent again with each turn.
 */
record Workload(List<Conversation> conversations) {

    private static final int SHARED_SYSTEM_TOKENS = 800;
    private static final int OWN_SYSTEM_TOKENS = 200;
    private static final int MIN_USER_TOKENS = 200;
    private static final int MAX_USER_TOKENS = 900;
    private static final int MIN_ANSWER_TOKENS = 24;
    private static final int MAX_ANSWER_TOKENS = 40;

    /** How long a user thinks before a turn, and over how long the first turns are spread. */
    record Pace(Duration minThink, Duration maxThink, Duration stagger) {

        static final Pace DEMO = new Pace(Duration.ofMillis(1_200), Duration.ofMillis(2_800), Duration.ofSeconds(8));
    }

    /** @param sessionId what its requests carry as {@code X-Session-Id} */
    record Conversation(String sessionId, String system, List<Turn> turns) {}

    /**
     * One turn of a user.
     *
     * @param pause from the end of the answer before, or from the start of all for the first turn
     * @param answerTokens the answer's length
     */
    record Turn(Duration pause, String text, int answerTokens) {}

    Workload {
        conversations = List.copyOf(conversations);
    }

    static Workload of(int sessions, int turns, long seed, Pace pace) {
        Random random = new Random(seed);
        String shared = "You are a careful engineer." + text(random.nextLong(), SHARED_SYSTEM_TOKENS);
        List<Conversation> conversations = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            String id = new UUID(random.nextLong(), random.nextLong()).toString();
            String system = shared + text(random.nextLong(), OWN_SYSTEM_TOKENS);
            List<Turn> said = new ArrayList<>();
            for (int t = 0; t < turns; t++) {
                Duration pause = t == 0
                        ? between(random, Duration.ZERO, pace.stagger)
                        : between(random, pace.minThink, pace.maxThink);
                int tokens = between(random, MIN_USER_TOKENS, MAX_USER_TOKENS);
                int answer = between(random, MIN_ANSWER_TOKENS, MAX_ANSWER_TOKENS);
                said.add(new Turn(pause, "Please look at this:" + text(random.nextLong(), tokens), answer));
            }
            conversations.add(new Conversation(id, system, said));
        }
        return new Workload(conversations);
    }

    int requests() {
        return conversations.stream().mapToInt(c -> c.turns().size()).sum();
    }

    private static String text(long seed, int tokens) {
        StringBuilder text = new StringBuilder(tokens * PromptHasher.TOKEN_BYTES);
        for (int i = 0; i < tokens; i++) {
            text.append(Words.token(seed, i));
        }
        return text.toString();
    }

    private static int between(Random random, int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    private static Duration between(Random random, Duration low, Duration high) {
        return Duration.ofMillis(between(random, (int) low.toMillis(), (int) high.toMillis()));
    }
}
