// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EngineTest {

    private static final int TOKENS = 1_000;

    private final ManualClock clock = new ManualClock();
    private final Counters counters = new Counters();
    private final List<String> log = new ArrayList<>();

    /** Prefill takes a millisecond a token, decode ten. */
    private Engine engine(int slots) {
        EngineSettings settings = EngineSettings.llamaServer()
                .slots(slots)
                .cacheTokens(1_000_000)
                .prefill(1_000)
                .decode(100);
        return new Engine(settings, clock, counters);
    }

    @Test
    void theFirstTokenComesWhenThePromptIsReadAndTheOthersAtDecodeSpeed() {
        Engine engine = engine(1);
        engine.submit(generation("a", prompt("x", TOKENS), 3));
        clock.advanceMillis(999);
        assertThat(log).containsExactly("a slot", "a cached 0");
        clock.advanceMillis(1);
        assertThat(log).containsExactly("a slot", "a cached 0", "a token");
        clock.advanceMillis(19);
        assertThat(log).hasSize(4);
        clock.advanceMillis(1);
        assertThat(log).endsWith("a token", "a finished");
        assertThat(engine.active()).isZero();
        assertThat(counters.answered).isEqualTo(1);
    }

    @Test
    void withoutASlotItWaitsInOrder() {
        Engine engine = engine(1);
        engine.submit(generation("a", prompt("x", 100), 1));
        engine.submit(generation("b", prompt("y", 100), 1));
        engine.submit(generation("c", prompt("z", 100), 1));
        assertThat(engine.active()).isEqualTo(1);
        assertThat(engine.waiting()).isEqualTo(2);
        clock.advanceMillis(300);
        assertThat(log).filteredOn(line -> line.endsWith("slot")).containsExactly("a slot", "b slot", "c slot");
        assertThat(log).endsWith("c finished");
    }

    @Test
    void promptsAreReadOneAfterTheOther() {
        Engine engine = engine(4);
        engine.submit(generation("a", prompt("x", TOKENS), 1));
        engine.submit(generation("b", prompt("y", TOKENS), 1));
        assertThat(log).containsExactly("a slot", "a cached 0", "b slot");
        clock.advanceMillis(1_999);
        assertThat(log).doesNotContain("b token");
        clock.advanceMillis(1);
        assertThat(log).endsWith("b token", "b finished");
    }

    @Test
    void whatAnotherPromptSharesIsNotReadAgain() {
        Engine engine = engine(4);
        engine.submit(generation("a", prompt("x", TOKENS), 1));
        engine.submit(generation("b", prompt("x", TOKENS + 160), 1));
        clock.advanceMillis(1_000);
        assertThat(log).contains("b cached 992");
        clock.advanceMillis(168);
        assertThat(log).endsWith("b finished");
    }

    @Test
    void theAnswerIsCachedTooButNeverTheWholePrompt() {
        Engine engine = engine(1);
        Generation first = generation("a", prompt("x", 160), 33);
        engine.submit(first);
        clock.advanceMillis(1_000);
        Prompt again = prompt("x", 160);
        for (int i = 0; i < 32; i++) {
            again.append(Words.token(first.promptDigest, i));
        }
        engine.submit(generation("b", again, 1));
        assertThat(again.tokens()).isEqualTo(192);
        assertThat(log).endsWith("b slot", "b cached 176");
    }

    @Test
    void cancellingFreesTheSlotInEveryPhase() {
        Engine engine = engine(1);
        Generation decoding = generation("a", prompt("x", 100), 50);
        Generation prefilling = generation("b", prompt("y", TOKENS), 50);
        Generation waiting = generation("c", prompt("z", 100), 50);
        Generation last = generation("d", prompt("w", 100), 1);
        List.of(decoding, prefilling, waiting, last).forEach(engine::submit);
        clock.advanceMillis(200);

        engine.cancel(waiting);
        engine.cancel(decoding);
        assertThat(prefilling.phase).isEqualTo(Generation.Phase.PREFILL);
        clock.advanceMillis(500);
        engine.cancel(prefilling);
        engine.cancel(prefilling);
        clock.advanceMillis(100);

        assertThat(log).endsWith("d token", "d finished");
        EngineStats.Cancelled cancelled = counters.snapshot(engine).requests().cancelled();
        assertThat(cancelled).isEqualTo(new EngineStats.Cancelled(1, 1, 1));
        clock.advanceMillis(10_000);
        assertThat(log).endsWith("d finished");
    }

    @Test
    void whatWasReadOfACancelledPromptIsCached() {
        Engine engine = engine(1);
        Generation gone = generation("a", prompt("x", TOKENS), 1);
        engine.submit(gone);
        clock.advanceMillis(320);
        engine.cancel(gone);
        engine.submit(generation("b", prompt("x", TOKENS), 1));
        assertThat(log).endsWith("b cached 320");
    }

    @Test
    void aClientThatReadsNothingStopsItsOwnStreamOnly() {
        Engine engine = engine(2);
        Recorder slow = new Recorder("a");
        slow.writable = false;
        Generation generation = new Generation(prompt("x", 100), 3, null, slow);
        engine.submit(generation);
        engine.submit(generation("b", prompt("y", 100), 1));
        clock.advanceMillis(1_000);
        assertThat(log).endsWith("b finished").doesNotContain("a token");
        slow.writable = true;
        engine.resume(generation);
        assertThat(log).endsWith("a token", "a finished");
    }

    @Test
    void aNonceIsTheFirstWord() {
        Engine engine = engine(1);
        List<String> words = new ArrayList<>();
        Recorder listener = new Recorder("a") {
            @Override
            public void token(String text) {
                words.add(text);
            }
        };
        engine.submit(new Generation(prompt("x", 1), 2, "n-1", listener));
        clock.advanceMillis(100);
        assertThat(words).hasSize(2).startsWith("n-1");
    }

    private Generation generation(String name, Prompt prompt, int answerTokens) {
        return new Generation(prompt, answerTokens, null, new Recorder(name));
    }

    private static Prompt prompt(String letter, int tokens) {
        Prompt prompt = new Prompt();
        prompt.append(letter.repeat(tokens * PromptHasher.TOKEN_BYTES));
        return prompt;
    }

    private class Recorder implements Generation.Listener {
        private final String name;
        boolean writable = true;

        Recorder(String name) {
            this.name = name;
        }

        @Override
        public void slotTaken() {
            log.add(name + " slot");
        }

        @Override
        public void prefillStarted(long cached) {
            log.add(name + " cached " + cached);
        }

        @Override
        public void token(String text) {
            log.add(name + " token");
        }

        @Override
        public void finished() {
            log.add(name + " finished");
        }

        @Override
        public boolean writable() {
            return writable;
        }
    }
}
