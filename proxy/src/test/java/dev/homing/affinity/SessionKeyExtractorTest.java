// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.affinity.SessionKeyExtractor.Match;
import dev.homing.routing.SessionKey;
import dev.homing.routing.SipHash;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionKeyExtractorTest {

    private static final SipHash HASH = SipHash.ofSeed("homing");
    private static final SessionKeyExtractor EXTRACTOR = new SessionKeyExtractor(
            "default", List.of("X-Session-Id", "x-session-affinity", "session_id"), false, HASH);

    @Test
    void theValueIsHashedWithThePoolsName() {
        Match match = EXTRACTOR.find(headers("X-Session-Id", "abc"));

        assertThat(match).isEqualTo(new Match(key("abc"), "header:x-session-id"));
        assertThat(new SessionKeyExtractor("embed", List.of("X-Session-Id"), false, HASH)
                        .find(headers("X-Session-Id", "abc"))
                        .key())
                .isEqualTo(HASH.key("embed", "abc", 0, 3))
                .isNotEqualTo(match.key());
    }

    @Test
    void namesAreComparedWithoutCase() {
        assertThat(EXTRACTOR.find(headers("x-sESSION-iD", "abc")).key()).isEqualTo(key("abc"));
        assertThat(EXTRACTOR.find(headers("SESSION_ID", "abc")).source()).isEqualTo("header:session_id");
    }

    @Test
    void valuesAreComparedWithCase() {
        assertThat(EXTRACTOR.find(headers("X-Session-Id", "A")).key())
                .isNotEqualTo(EXTRACTOR.find(headers("X-Session-Id", "a")).key());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "   ", "\t", " \t \t"})
    void blankValuesAreNoSession(String blank) {
        assertThat(EXTRACTOR.find(headers("X-Session-Id", blank))).isNull();
        assertThat(EXTRACTOR.find(headers("X-Session-Id", blank, "X-Session-Id", blank)))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc ", " abc", "\tabc", "abc\t", "  \t abc \t "})
    void outerBlanksDoNotCount(String value) {
        assertThat(EXTRACTOR.find(headers("X-Session-Id", value)).key()).isEqualTo(key("abc"));
    }

    @Test
    void innerBlanksCount() {
        assertThat(EXTRACTOR.find(headers("X-Session-Id", "a  b")).key())
                .isEqualTo(key("a  b"))
                .isNotEqualTo(key("a b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u000b", "\u00a0", "\u0085", "\u001f", "\u00a0a"})
    void onlySpaceAndTabAreBlank(String value) {
        assertThat(EXTRACTOR.find(headers("X-Session-Id", value)).key()).isEqualTo(key(value));
    }

    @Test
    void theFirstOfDoubledHeadersCounts() {
        assertThat(EXTRACTOR
                        .find(headers("X-Session-Id", "one", "x-session-id", "two"))
                        .key())
                .isEqualTo(key("one"));
        assertThat(EXTRACTOR
                        .find(headers("X-Session-Id", " ", "X-Session-Id", "two"))
                        .key())
                .as("a blank one is no value")
                .isEqualTo(key("two"));
    }

    @Test
    void theFirstConfiguredHeaderCountsWhateverTheirOrderInTheRequest() {
        Match match =
                EXTRACTOR.find(headers("session_id", "three", "x-session-affinity", "two", "X-Session-Id", "one"));

        assertThat(match).isEqualTo(new Match(key("one"), "header:x-session-id"));
    }

    @Test
    void aBlankHeaderGivesWayToTheNextConfiguredOne() {
        Match match = EXTRACTOR.find(headers("X-Session-Id", " ", "session_id", "three"));

        assertThat(match).isEqualTo(new Match(key("three"), "header:session_id"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"X_Session_Id", "X-Session-Id-2", "Session-Id", "XSessionId", "Cookie"})
    void otherHeadersAreNoSession(String name) {
        assertThat(EXTRACTOR.find(headers(name, "abc"))).isNull();
    }

    @Test
    void noHeadersAreNoSession() {
        assertThat(EXTRACTOR.find(headers())).isNull();
        assertThat(new SessionKeyExtractor("default", List.of(), false, HASH).find(headers("X-Session-Id", "a")))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"%s%n%d", "${jndi:ldap://x/a}", "{\"a\":[1]}", "a,b;c=\"d\"", "C99999/1708531200.000100", "../.."
            })
    void valuesAreOpaque(String value) {
        assertThat(EXTRACTOR.find(headers("X-Session-Id", value)).key())
                .isEqualTo(HASH.key("default", value.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void bytesOfTheWireAreHashedAsTheyAre() {
        byte[] value = new byte[128];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) (0x80 + i);
        }

        assertThat(EXTRACTOR.find(decoded(value)).key()).isEqualTo(HASH.key("default", value));
    }

    @Test
    void aValueOfEightKilobytesIsHashedToItsEnd() {
        byte[] value = "x".repeat(8192).getBytes(StandardCharsets.US_ASCII);
        SessionKey key = EXTRACTOR.find(decoded(value)).key();
        value[8191] = 'y';

        assertThat(key).isEqualTo(key("x".repeat(8192)));
        assertThat(EXTRACTOR.find(decoded(value)).key()).isNotEqualTo(key);
    }

    @Test
    void anIdFromElsewhereNamesTheSessionThatAHeaderWithTheSameBytesNames() {
        Match match = EXTRACTOR.named("body:session_id", "\u00e4\ud83d\ude00", headers());

        assertThat(match.source()).isEqualTo("body:session_id");
        assertThat(match.key())
                .isEqualTo(EXTRACTOR
                        .find(decoded("\u00e4\ud83d\ude00".getBytes(StandardCharsets.UTF_8)))
                        .key());
    }

    @Test
    void withoutAScopeACredentialDoesNotCount() {
        assertThat(EXTRACTOR
                        .find(headers("X-Session-Id", "a", "Authorization", "Bearer sk-1"))
                        .key())
                .isEqualTo(key("a"));
    }

    @Test
    void equalIdsUnderDifferentCredentialsAreDifferentSessions() {
        SessionKeyExtractor scoped = new SessionKeyExtractor("default", List.of("X-Session-Id"), true, HASH);
        Set<SessionKey> keys = new HashSet<>();

        for (HttpHeaders credential : List.of(
                headers(),
                headers("Authorization", "Bearer sk-1"),
                headers("Authorization", "Bearer sk-2"),
                headers("x-api-key", "sk-1"))) {
            Match elsewhere = scoped.named("body:session_id", "a", credential);
            Match match = scoped.find(credential.add("X-Session-Id", "a"));
            assertThat(elsewhere.key()).isEqualTo(match.key());
            keys.add(match.key());
        }

        assertThat(keys).hasSize(4).doesNotContain(key("a"));
    }

    @Test
    void ofTwoCredentialsTheAuthorizationCounts() {
        SessionKeyExtractor scoped = new SessionKeyExtractor("default", List.of("X-Session-Id"), true, HASH);

        assertThat(scoped.find(headers("X-Session-Id", "a", "Authorization", "Bearer sk-1", "x-api-key", "sk-2")))
                .isEqualTo(scoped.find(headers("X-Session-Id", "a", "Authorization", "Bearer sk-1")));
    }

    @Test
    void aHomeIsNobodysOwn() {
        SessionKeyExtractor scoped = new SessionKeyExtractor("default", List.of(), true, HASH);

        assertThat(scoped.home("abc")).isEqualTo(EXTRACTOR.home("abc")).isEqualTo(key("abc"));
    }

    private static HttpHeaders headers(String... namesAndValues) {
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    /** The headers as Netty's decoder gives them for a request with that value. */
    private static HttpHeaders decoded(byte[] value) {
        EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestDecoder(4096, 16_384, 8192));
        channel.writeInbound(Unpooled.wrappedBuffer(
                "GET / HTTP/1.1\r\nHost: a\r\nX-Session-Id: ".getBytes(StandardCharsets.US_ASCII),
                value,
                "\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        HttpRequest request = channel.readInbound();
        assertThat(request.decoderResult().isSuccess()).isTrue();
        channel.inboundMessages().forEach(ReferenceCountUtil::release);
        channel.inboundMessages().clear();
        channel.finishAndReleaseAll();
        return request.headers();
    }

    private static SessionKey key(String value) {
        return HASH.key("default", value, 0, value.length());
    }
}
