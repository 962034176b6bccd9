// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestReaderTest {

    private static final String LONG = "lorem ipsum dolor ".repeat(40);
    private static final String ANSWER = " sun sea oak".repeat(20);

    @Test
    void promptAndAnswerAreAPrefixOfTheNextTurn() {
        String first = "{'role':'user','content':'" + LONG + "'}";
        Prompt turn = read(Api.CHAT, "{'messages':[" + first + "]}").prompt();
        turn.append(ANSWER);
        long[] before = turn.chain();

        Prompt next = read(
                        Api.CHAT,
                        "{'messages':[" + first + ",{'content':'" + ANSWER + "','role':'assistant'},"
                                + "{'role':'user','content':'more'}]}")
                .prompt();

        assertThat(before.length).isGreaterThan(10);
        assertThat(Arrays.copyOf(next.chain(), before.length)).isEqualTo(before);
        assertThat(next.tokens()).isGreaterThan(turn.tokens());
    }

    @Test
    void theSameHoldsForAnthropicBlocksWithTheSystemPromptLast() {
        String first = "{'role':'user','content':[{'type':'text','text':'" + LONG + "'}]}";
        String system = ",'system':[{'type':'text','text':'" + LONG + "','cache_control':{'type':'ephemeral'}}]}";
        Prompt turn = read(Api.MESSAGES, "{'messages':[" + first + "]" + system).prompt();
        turn.append(ANSWER);
        long[] before = turn.chain();

        Prompt next = read(
                        Api.MESSAGES,
                        "{'messages':[" + first + ",{'role':'assistant','content':[{'type':'text','text':'" + ANSWER
                                + "'}]},{'role':'user','content':'more'}]" + system)
                .prompt();

        assertThat(Arrays.copyOf(next.chain(), before.length)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    {'messages':[{'role':'user','content':'TEXT!'}]}
                    {'messages':[{'role':'user','content':'TEXT'}],'system':'other'}
                    {'messages':[{'role':'user','content':'TEXT'}],'tools':[{'name':'f'}]}
                    {'messages':[{'role':'user','content':'TEXT'}],'cache_salt':'mine'}
                    """)
    void whatAnEngineWouldReadDifferentlyHashesDifferently(String body) {
        Prompt plain = read(Api.CHAT, "{'messages':[{'role':'user','content':'" + LONG + "'}]}")
                .prompt();
        Prompt other = read(Api.CHAT, body.replace("TEXT!", "!" + LONG).replace("TEXT", LONG))
                .prompt();
        assertThat(other.chain()[0]).isNotEqualTo(plain.chain()[0]);
    }

    @Test
    void anImageCountsTheSameWhateverItsSize() {
        String part = "{'messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:%s'}}]}]}";
        Prompt small = read(Api.CHAT, part.formatted("a")).prompt();
        Prompt large = read(Api.CHAT, part.formatted("b".repeat(100_000))).prompt();
        assertThat(large.tokens()).isEqualTo(small.tokens()).isBetween(576L, 600L);
        assertThat(large.digest()).isNotEqualTo(small.digest());
    }

    @Test
    void theLastMessagesNonceIsFound() {
        String body = "{'messages':[{'role':'user','content':'nonce:one x'},{'role':'assistant','content':'nonce:two'},"
                + "{'role':'user','content':'say nonnonce:three-3, please'}]}";
        assertThat(read(Api.CHAT, body).nonce()).isEqualTo("three-3");
        assertThat(read(Api.CHAT, "{'messages':[{'content':'nonce:one'},{'content':'none'}]}")
                        .nonce())
                .isNull();
        assertThat(read(Api.RESPONSES, "{'input':'nonce:four'}").nonce()).isEqualTo("four");
    }

    @Test
    void optionsOfEveryProtocolAreUnderstood() {
        GenerationRequest.Wanted chat = read(
                        Api.CHAT,
                        "{'messages':[],'stream':true,'stream_options':{'include_usage':true},'max_tokens':7}")
                .answer();
        assertThat(chat).isEqualTo(new GenerationRequest.Wanted(true, true, 7));
        assertThat(read(Api.CHAT, "{'max_completion_tokens':8,'stream':false}").answer())
                .isEqualTo(new GenerationRequest.Wanted(false, false, 8));
        assertThat(read(Api.RESPONSES, "{'input':'x','max_output_tokens':9}")
                        .answer()
                        .maxTokens())
                .isEqualTo(9);
        assertThat(read(Api.NATIVE, "{'prompt':'x','n_predict':-1}").answer().maxTokens())
                .isZero();
    }

    @Test
    void aMemberOfTheWrongTypeIsTold() {
        RequestReader reader = reader("{'messages':[],'temperature':'hot'}");
        assertThat(reader.finish()).isNull();
        assertThat(reader.typeProblem())
                .isEqualTo("Field 'temperature': [json.exception.type_error.302] type must be number, but is string");
    }

    private static GenerationRequest read(Api api, String body) {
        RequestReader reader = reader(body);
        assertThat(reader.finish()).isNull();
        return reader.request(api);
    }

    private static RequestReader reader(String body) {
        RequestReader reader = new RequestReader();
        reader.feed(Unpooled.copiedBuffer(body.replace('\'', '"'), StandardCharsets.UTF_8));
        return reader;
    }
}
