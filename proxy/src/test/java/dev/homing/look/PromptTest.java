// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import static dev.homing.look.Looks.at;
import static dev.homing.look.Looks.identity;
import static dev.homing.look.Looks.opening;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PromptTest {

    private static final String CHAT =
            "{'model':'m','messages':[{'role':'system','content':'S'},{'role':'user','content':'U'}";
    private static final String MESSAGES = "{'model':'m','system':'S','messages':[{'role':'user','content':'U'}";
    private static final String RESPONSES = "{'model':'m','instructions':'S','input':[{'role':'user','content':'U'}";

    /** Bodies that are turns of one conversation, or spell the same beginning in other ways. */
    static Stream<Arguments> alike() {
        return Stream.of(
                Arguments.of(
                        PromptShape.CHAT,
                        List.of(
                                CHAT + "]}",
                                CHAT + ",{'role':'assistant','content':'A'},{'role':'user','content':'U2'}]}",
                                CHAT + ",{'role':'system','content':'later'}]}",
                                "{'stream':true,'messages':[{'content':'S','role':'system'},{'content':'U','role':'user'}],'model':'m'}",
                                "{'model':'m','messages':[{'role':'developer','content':[{'type':'text','text':'S'}]},"
                                        + "{'role':'user','content':[{'type':'text','text':'U','cache_control':{'type':'ephemeral'}}]}]}",
                                "{'model':'m','messages':[{'role':'assistant','content':'x'},{'role':'system','content':'S'},"
                                        + "{'role':'user','content':''},{'role':'user','content':'U'}]}",
                                "{'model':'m','system':'no system prompt here','messages':[{'role':'system','content':'S'},"
                                        + "{'role':'user','content':'U','name':'text'}]}")),
                Arguments.of(
                        PromptShape.MESSAGES,
                        List.of(
                                MESSAGES + "]}",
                                MESSAGES + ",{'role':'assistant','content':[{'type':'text','text':'A'}]}]}",
                                "{'messages':[{'role':'user','content':[{'type':'text','text':'U'}]}],"
                                        + "'system':[{'type':'text','text':'S','cache_control':{'type':'ephemeral'}}],'model':'m'}",
                                "{'model':'m','system':[{'type':'text','text':'x-anthropic-billing-header: cc_version=2.1.177.01c; cch=36ee5;'},"
                                        + "{'type':'text','text':'S'}],'messages':[{'role':'user','content':'U'}]}",
                                "{'model':'m','system':[{'type':'text','text':'x-anthropic-billing-header: cch=0aaa9;\\nS'}],"
                                        + "'messages':[{'role':'user','content':'U'}]}")),
                Arguments.of(
                        PromptShape.RESPONSES,
                        List.of(
                                RESPONSES + "]}",
                                RESPONSES
                                        + ",{'type':'function_call','name':'f'},{'type':'function_call_output','output':'o'}]}",
                                "{'model':'m','instructions':'S','input':'U'}",
                                "{'input':[{'type':'message','role':'user','content':[{'type':'input_text','text':'U'}]}],"
                                        + "'instructions':'S','model':'m'}")),
                Arguments.of(
                        PromptShape.COMPLETION,
                        List.of("{'model':'m','prompt':'U'}", "{'prompt':['U'],'model':'m','max_tokens':1}")));
    }

    @ParameterizedTest
    @MethodSource("alike")
    void theTurnsOfAConversationHaveOneIdentity(PromptShape shape, List<String> bodies) {
        assertThat(bodies)
                .extracting(body -> identityOf(shape, body))
                .doesNotContainNull()
                .containsOnly(identityOf(shape, bodies.get(0)));
    }

    @ParameterizedTest
    @MethodSource("alike")
    void whereABodyIsCutDoesNotMatter(PromptShape shape, List<String> bodies) {
        Wanted wanted = new Wanted(null, new Wanted.OfPrompt(shape, true, true));
        for (String body : bodies) {
            byte[] bytes = json(body).getBytes(UTF_8);
            Prompt expected = at(bytes, 0, wanted, Looks.PEEK).prompt();
            assertThat(expected).isNotNull();
            for (int cut = 1; cut <= bytes.length; cut++) {
                assertThat(at(bytes, cut, wanted, Looks.PEEK).prompt())
                        .as("cut at %s", cut)
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "CHAT; {'model':'n','messages':[{'role':'system','content':'S'},{'role':'user','content':'U'}]}",
                "CHAT; {'messages':[{'role':'system','content':'S'},{'role':'user','content':'U'}]}",
                "CHAT; {'model':'m','messages':[{'role':'system','content':'T'},{'role':'user','content':'U'}]}",
                "CHAT; {'model':'m','messages':[{'role':'system','content':'S'},{'role':'user','content':'V'}]}",
                "CHAT; {'model':'m','messages':[{'role':'user','content':'U'}]}",
                "CHAT; {'model':'m','messages':[{'role':'user','content':'S'},{'role':'user','content':'U'}]}",
                "CHAT; {'model':'m','messages':[{'role':'system','content':'S'},{'role':'system','content':'S'},{'role':'user','content':'U'}]}",
                "CHAT; {'model':'m','messages':[{'role':'system','content':'S'},{'role':'user','content':[{'text':'U'},{'image_url':{'url':'i'}}]}]}",
                "CHAT; {'model':'mU','messages':[{'role':'system','content':'S'},{'role':'user','content':''},{'role':'user','content':' '}]}"
            })
    void anotherModelSystemPromptOrFirstUserMessageIsAnotherConversation(PromptShape shape, String body) {
        assertThat(identityOf(shape, body)).isNotNull().isNotEqualTo(identityOf(PromptShape.CHAT, CHAT + "]}"));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "CHAT; {'model':'m','messages':[]}",
                "CHAT; {'model':'m','messages':[{'role':'system','content':'S'}]}",
                "CHAT; {'model':'m','messages':[{'role':'assistant','content':'S'}]}",
                "CHAT; {'model':'m','messages':[{'role':'user','content':null}]}",
                "CHAT; {'model':'m','messages':[{'role':'user'}],'content':'U'}",
                "CHAT; {'model':'m','messages':{'role':'user','content':{'role':'user'}}}",
                "CHAT; {'model':'m','x':{'messages':[{'role':'user','content':'U'}]}}",
                "CHAT; {'model':'m','x':'{'}",
                "CHAT; {'model':'m','messages':[{'role':'user','content':'U'",
                "COMPLETION; {'model':'m','prompt':[1,2,3]}",
                "MESSAGES; {'model':'m','system':'S'}",
                "RESPONSES; {'model':'m','messages':[{'role':'user','content':'U'}]}"
            })
    void withoutAUsersWordThereIsNoIdentity(PromptShape shape, String body) {
        assertThat(identityOf(shape, body)).isNull();
    }

    /** Hashes are for ever: proxies of different versions must agree. */
    @Test
    void theHashesAreThese() {
        Wanted both = new Wanted(null, new Wanted.OfPrompt(PromptShape.MESSAGES, true, true));

        Prompt prompt = Objects.requireNonNull(at(json(MESSAGES + "]}"), both).prompt());

        assertThat(prompt.identity()).isEqualTo("5b4030ab7750710aeb73f011b6398219cef8ae978d4beedcce794c727858cfa3");
        assertThat(prompt.opening()).isEqualTo("03fed13ba9b5a9cd713c0ed01765659d3bc769cfff4c605b386c953b553a30f5");
    }

    @Test
    void theSearchForAnIdentityEndsWithTheFirstUserMessage() {
        assertThat(overAfter(identity(PromptShape.CHAT), CHAT)).isTrue();
        assertThat(overAfter(identity(PromptShape.CHAT), CHAT.replace("'model':'m',", "")))
                .isFalse();
        assertThat(overAfter(identity(PromptShape.MESSAGES), MESSAGES)).isTrue();
        assertThat(overAfter(identity(PromptShape.MESSAGES), MESSAGES.replace("'system':'S',", "")))
                .isFalse();
    }

    @Test
    void theSearchForAnOpeningEndsAfterEightKibibytes() {
        String text = "x".repeat(8191);

        assertThat(overAfter(opening(PromptShape.CHAT), "{'messages':[{'content':'" + text.substring(1) + "'"))
                .isFalse();
        assertThat(overAfter(opening(PromptShape.CHAT), "{'messages':[{'content':'" + text + "'"))
                .isTrue();
        assertThat(overAfter(opening(PromptShape.MESSAGES), "{'messages':[{'content':'" + text + "'"))
                .isFalse();
    }

    @Test
    void conversationsOverOneLongDocumentHaveOneOpening() {
        String document = "\u00e4\ud83d\ude00 document ".repeat(1000);
        String first = "{'model':'m','messages':[{'role':'user','content':'" + document + "Why?'}]}";
        String second = "{'model':'n','messages':[{'role':'user','content':'" + document
                + "'},{'role':'user','content':'How?'}]}";

        assertThat(openingOf(PromptShape.CHAT, first)).isNotNull().isEqualTo(openingOf(PromptShape.CHAT, second));
        assertThat(openingOf(PromptShape.CHAT, first.replace(" document ", " ducoment ")))
                .isNotEqualTo(openingOf(PromptShape.CHAT, first));
    }

    @Test
    void anOpeningIsTheSystemPromptAndThenTheConversation() {
        String inOrder = "{'system':'S','messages':[{'role':'user','content':'U'}]}";
        String turned =
                "{'messages':[{'role':'user','content':[{'type':'text','text':'U'}]}],'system':[{'type':'text','text':'S'}]}";

        assertThat(openingOf(PromptShape.MESSAGES, inOrder))
                .isNotNull()
                .isEqualTo(openingOf(PromptShape.MESSAGES, turned));
        assertThat(openingOf(PromptShape.MESSAGES, inOrder))
                .isNotEqualTo(openingOf(PromptShape.MESSAGES, inOrder.replace("'U'", "'V'")));
        assertThat(openingOf(PromptShape.MESSAGES, "{'system':'','messages':[]}"))
                .isNull();
    }

    /** A system prompt as long as an opening leaves nothing of the conversation in it. */
    @Test
    void whatIsBeyondEightKibibytesDoesNotCount() {
        for (int length = 8186; length <= 8194; length++) {
            String body = "{'system':'" + "s".repeat(length) + "','messages':[{'role':'user','content':'U'}]}";
            boolean counts = length + 1 < 8192;

            assertThat(Objects.equals(
                            openingOf(PromptShape.MESSAGES, body),
                            openingOf(PromptShape.MESSAGES, body.replace("'U'", "'V'"))))
                    .as("%s", length)
                    .isEqualTo(!counts);
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "/v1/chat/completions, CHAT",
                "/api/chat/completions, CHAT",
                "/v1/messages, MESSAGES",
                "/v1/responses, RESPONSES",
                "/v1/completions, COMPLETION",
                "/completion, COMPLETION",
                "/v1/embeddings, -",
                "/v1/messages/count_tokens, -",
                "/, -"
            })
    void thePathTellsTheShape(String path, @Nullable PromptShape shape) {
        assertThat(PromptShape.of(path)).isEqualTo(shape);
    }

    private static boolean overAfter(Wanted wanted, String part) {
        Look look = Look.begin(wanted, Looks.PEEK);
        look.read(ByteBuffer.wrap(json(part).getBytes(UTF_8)));
        return look.over();
    }

    private static @Nullable String identityOf(PromptShape shape, String body) {
        Prompt prompt = at(json(body), identity(shape)).prompt();
        return prompt == null ? null : prompt.identity();
    }

    private static @Nullable String openingOf(PromptShape shape, String body) {
        Prompt prompt = at(json(body), opening(shape)).prompt();
        return prompt == null ? null : prompt.opening();
    }

    /** Single quotes stand for double ones. */
    private static String json(String text) {
        return text.replace('\'', '"');
    }
}
