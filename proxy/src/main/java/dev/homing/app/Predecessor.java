// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.homing.admin.HandedTable;
import dev.homing.config.Address;
import dev.homing.config.HomingConfig;
import dev.homing.config.Secret;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The process that is to be taken over from, found where this one's admin listener is going to be. */
final class Predecessor {

    /** For a table of a million sessions on a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final URI base;
    private final @Nullable Secret token;

    private Predecessor(URI base, @Nullable Secret token) {
        this.base = base;
        this.token = token;
    }

    /** @throws StartFailure when the configuration has no admin listener */
    static Predecessor of(HomingConfig config) throws StartFailure {
        Address admin = config.server().admin();
        if (admin == null || admin.port() == 0) {
            throw new StartFailure("--takeover: admin: " + (admin == null ? "none" : admin)
                    + " (expected: the address at which the running homing has its admin listener)");
        }
        InetSocketAddress address = new InetSocketAddress(admin.host(), admin.port());
        String host = address.getAddress() != null && address.getAddress().isAnyLocalAddress()
                ? admin.host().contains(":") ? "::1" : "127.0.0.1"
                : admin.host();
        return new Predecessor(
                URI.create("http://" + new Address(host, admin.port())),
                config.server().adminToken());
    }

    /** Its sticky table, while it goes on; null when nobody is there. */
    byte @Nullable [] begin() throws StartFailure {
        return ask("/api/takeover");
    }

    /** Has it go, now that this process listens; what it placed meanwhile. Null when it is gone. */
    byte @Nullable [] finish() throws StartFailure {
        return ask("/api/takeover/finish");
    }

    private byte @Nullable [] ask(String path) throws StartFailure {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(base.resolve(path)).timeout(PATIENCE).POST(BodyPublishers.noBody());
        if (token != null) {
            request.header("Authorization", "Bearer " + token.value());
        }
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            JsonNode body = response.statusCode() == 200 ? new ObjectMapper().readTree(response.body()) : null;
            if (body == null || !body.path("table").isTextual()) {
                throw new StartFailure("--takeover: " + base + path + " answered " + response.statusCode() + ": "
                        + response.body().strip() + " (expected: a homing that can be taken over)");
            }
            return new HandedTable(body.path("table").textValue()).bytes();
        } catch (ConnectException nobody) {
            return null;
        } catch (IOException e) {
            throw new StartFailure("--takeover: " + base + path + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("interrupted");
        }
    }
}
