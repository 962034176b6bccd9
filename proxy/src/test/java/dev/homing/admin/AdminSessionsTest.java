// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators ask about sessions. */
class AdminSessionsTest extends AdminCase {

    @Test
    void aSessionIsExplainedByItsIdOrItsHash() throws Exception {
        HttpResponse<String> byId = get("/api/explain?session=C9%2F17+a");
        HttpResponse<String> byHash = get("/api/explain?hash=FF&pool=chat");

        assertThat(byId.body()).isEqualToIgnoringWhitespace("""
                        {"pool":"chat","hash":"00000000000000ff","pin":null,"suspect":null,"decision":"placed","backend":"gpu-0",
                         "why":"first request of this session",
                         "load":{"placement":"load_aware","slack_tokens":16384,"least_pending_tokens":12.5},
                         "order":[{"backend":"gpu-0","score":1.25,"weight":1.5,"state":"ready","healthy":true,
                                   "pending_prompt_tokens":4,"passed_over":null}]}""");
        assertThat(byHash.statusCode()).isEqualTo(200);
        assertThat(operations.asked).containsExactly("chat C9/17 a", "chat ByHash[key=00000000000000ff]");
    }

    @Test
    void anIdThatIsSentInABodyIsInNoPath() throws Exception {
        operations.pools.add("embed");

        HttpResponse<String> byId = post("/api/explain", "{\"session\":\" C9/17+a \",\"pool\":\"embed\"}");
        HttpResponse<String> byHash = post("/api/explain", "{\"hash\":\"FF\",\"pool\":\"chat\"}");

        assertThat(byId.statusCode()).isEqualTo(200);
        assertThat(byId.body()).contains("\"pool\":\"embed\"").doesNotContain("C9/17");
        assertThat(byHash.statusCode()).isEqualTo(200);
        assertThat(operations.asked).containsExactly("embed C9/17+a", "chat ByHash[key=00000000000000ff]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`{}`                                | body: (expected: session=ID",
                "`[]`                                | body: (expected: session=ID",
                "`{\"session\":17}`                  | body: (expected: session=ID",
                "`{\"session\":\"a\",\"hash\":\"1\"}` | body: (expected: session=ID",
                "`session=a`                         | body: no JSON",
                "``                                  | body: (expected: session=ID",
            })
    void anUnclearBodyIsRefused(String body, String message) throws Exception {
        HttpResponse<String> response = post("/api/explain", body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(AdminJson.read(response.body()).at("/error/message").asText())
                .startsWith(message);
        assertThat(operations.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/explain",
                "/api/explain?session=",
                "/api/explain?session=%20",
                "/api/explain?session=a&hash=1",
                "/api/explain?hash=xyz",
                "/api/explain?hash=",
                "/api/explain?hash=12345678901234567"
            })
    void anUnclearQuestionIsRefused(String path) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(400);
        assertThat(operations.asked).isEmpty();
    }

    @Test
    void sessionsAreListedByTheirHashes() throws Exception {
        HttpResponse<String> some = get("/api/sessions?backend=gpu-0&limit=5&pool=chat");

        assertThat(some.statusCode()).isEqualTo(200);
        assertThat(some.body()).isEqualToIgnoringWhitespace("""
                        [{"hash":"00000000000000ff","pool":"chat","backend":"gpu-0","running":2,"idle_seconds_left":3600}]""");
        assertThat(get("/api/sessions").statusCode()).isEqualTo(200);
        assertThat(operations.asked)
                .containsExactly(
                        "SessionFilter[pool=chat, backend=gpu-0, limit=5]",
                        "SessionFilter[pool=null, backend=null, limit=100]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limit=0         | limit: \"0\" (expected: a whole number from 1 to 10000)",
                "limit=10001     | limit: \"10001\" (expected: a whole number from 1 to 10000)",
                "limit=-1        | limit: \"-1\" (expected",
                "limit=ten       | limit: \"ten\" (expected",
                "limit=1e3       | limit: \"1e3\" (expected",
                "limit=          | limit: \"\" (expected",
                "limit=99999999999999999999 | limit: \"99999999999999999999\" (expected",
                "backend=        | backend: \"\" (expected: the name of a backend)",
                "pool=%20        | pool: \" \" (expected: the name of a pool)",
                "backends=gpu-0  | backends: unknown (expected: backend, limit, pool)",
            })
    void aListThatIsAskedForBadlyIsRefused(String query, String message) throws Exception {
        HttpResponse<String> response = get("/api/sessions?" + query);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(AdminJson.read(response.body()).at("/error/message").asText())
                .startsWith(message);
        assertThat(operations.asked).isEmpty();
    }

    @Test
    void theBoundsOfALimitAreAllowed() throws Exception {
        assertThat(get("/api/sessions?limit=1").statusCode()).isEqualTo(200);
        assertThat(get("/api/sessions?limit=10000").statusCode()).isEqualTo(200);
    }

    @Test
    void theSessionsOfABackendThatIsNotThereAre404() throws Exception {
        assertThat(get("/api/sessions?backend=gpu-9").statusCode()).isEqualTo(404);
        assertThat(get("/api/sessions?backend=gpu-0&pool=embed").statusCode()).isEqualTo(404);
        assertThat(operations.asked).isEmpty();
    }

    @Test
    void aSessionIsForgottenByItsHash() throws Exception {
        assertThat(delete("/api/sessions/FF").body()).isEqualTo("{\"forgotten\":\"00000000000000ff\"}\n");
        assertThat(delete("/api/sessions/00000000000000ff?pool=chat").statusCode())
                .isEqualTo(200);
        assertThat(delete("/api/sessions/fe").body()).isEqualTo("{\"error\":{\"message\":\"no such session\"}}\n");
        assertThat(operations.asked)
                .containsExactly(
                        "forget null/00000000000000ff", "forget chat/00000000000000ff", "forget null/00000000000000fe");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/sessions/, 400",
        "/api/sessions/xyz, 400",
        "/api/sessions/12345678901234567, 400",
        "/api/sessions/-1, 400",
        "/api/sessions/ff?pool=nosuch, 404",
        "/api/sessions/ff/more, 404",
        "/api/sessions, 405"
    })
    void whatIsNoHashIsNotForgotten(String path, int status) throws Exception {
        assertThat(delete(path).statusCode()).isEqualTo(status);
        assertThat(operations.asked).isEmpty();
    }

    @Test
    void withSeveralPoolsASessionIsThatOfOne() throws Exception {
        operations.pools.add("embed");

        assertThat(get("/api/explain?session=a").statusCode()).isEqualTo(409);
        assertThat(get("/api/explain?session=a").body()).contains("chat, embed");
        assertThat(get("/api/explain?session=a&pool=embed").statusCode()).isEqualTo(200);
    }
}
