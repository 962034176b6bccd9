// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import dev.homing.wire.Conversation;
import dev.homing.wire.RecordingOrigin;
import dev.homing.wire.RecordingOrigin.Script;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;

/** Pages by their paths, as a server of another make would answer them, and which of them were asked for. */
public final class Site {

    private final Map<String, String> pages = new HashMap<>();
    private final String otherwise;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    private Site(String otherwise) {
        this.otherwise = otherwise;
    }

    /** A server that answers whatever it does not have with those bytes. */
    static Site of(String otherwise) {
        return new Site(otherwise);
    }

    /** As recorded of a llama-server. */
    static Site llamaServer() {
        return new Site(recorded("survey/llama-server-get-nosuch.http"))
                .with("/health", recorded("survey/llama-server-get-health.http"))
                .with("/v1/models", recorded("survey/llama-server-get-v1-models.http"))
                .with("/props", recorded("health/llama-server-props.http"));
    }

    /** A vLLM as its sources have it. */
    public static Site vllm() {
        return new Site(json(404, "{\"detail\":\"Not Found\"}"))
                .with("/health", "HTTP/1.1 200 OK\r\nserver: uvicorn\r\ncontent-length: 0\r\n\r\n")
                .with("/v1/models", json(200, """
                        {"object":"list","data":[{"id":"my/model","object":"model","owned_by":"vllm","max_model_len":40960}]}"""))
                .with("/version", json(200, "{\"version\":\"0.25.0\"}"))
                .with("/metrics", text("""
                        # TYPE vllm:num_requests_running gauge
                        vllm:num_requests_running{engine="0",model_name="my/model"} 0.0
                        # TYPE vllm:cache_config_info gauge
                        vllm:cache_config_info{block_size="16",enable_prefix_caching="True",engine="0",num_gpu_blocks="1000"} 1.0
                        """));
    }

    public Site with(String path, String answer) {
        pages.put(path, answer);
        return this;
    }

    static String json(int status, String body) {
        return answer(status, "application/json", body);
    }

    public static String text(String body) {
        return answer(200, "text/plain", body);
    }

    private static String answer(int status, String type, String body) {
        return "HTTP/1.1 " + status + " Status\r\nserver: uvicorn\r\ncontent-type: " + type + "\r\ncontent-length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    static String recorded(String file) {
        try (InputStream in = Site.class.getResourceAsStream("/dev/homing/" + file)) {
            if (in == null) {
                throw new AssertionError(file + ": no such resource");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public RecordingOrigin open() {
        return RecordingOrigin.running(script());
    }

    public RecordingOrigin open(SSLContext tls) {
        return RecordingOrigin.running(tls, script());
    }

    Script script() {
        return conversation -> {
            for (Conversation.Request request = conversation.request();
                    request != null;
                    request = conversation.request()) {
                String[] line = request.head().split(" ", 3);
                asked.add(line[0] + " " + line[1]);
                conversation.send(bytes(pages.getOrDefault(line[1], otherwise)));
            }
        };
    }

    /** UTF-8 as the chars that a conversation sends byte by byte. */
    private static String bytes(String answer) {
        return new String(answer.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** Methods and paths, in order. */
    public List<String> asked() {
        return asked;
    }
}
