// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A demo replica that is asked over the network. */
abstract class ReplicaCase {

    final ObjectMapper json = new ObjectMapper();
    FakeEngine engine;

    ReplicaCase(EngineSettings settings) {
        engine = FakeEngine.start(settings);
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    final void restart(EngineSettings settings) {
        engine.close();
        engine = FakeEngine.start(settings);
    }

    /** @param body with apostrophes for quotes */
    final RawHttp.Answer chat(String body) throws IOException {
        return post("/v1/chat/completions", body);
    }

    /** @param body with apostrophes for quotes */
    final RawHttp.Answer post(String path, String body) throws IOException {
        try (RawHttp http = new RawHttp(engine.address())) {
            http.post(path, body.replace('\'', '"'));
            return http.answer();
        }
    }

    /** The data of each event of a stream. */
    static List<String> events(RawHttp.Answer answer) {
        return answer.body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring(6))
                .toList();
    }
}
