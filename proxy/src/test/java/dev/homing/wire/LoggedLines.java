// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/** What a plane's access log says. */
final class LoggedLines {

    private LoggedLines() {}

    /** Its only line, once nothing is under way. */
    static JsonNode only(PlaneUnderTest plane) throws Exception {
        return all(plane, 1).get(0);
    }

    /** Its lines, in the order of the requests' ends: exactly so many once nothing is under way. */
    static List<JsonNode> all(PlaneUnderTest plane, int count) throws Exception {
        await().until(() -> plane.observer().lines().size() >= count);
        plane.awaitQuiet();
        assertThat(plane.observer().lines()).hasSize(count);
        return new ObjectMapper()
                .readerForListOf(JsonNode.class)
                .readValue(plane.observer().lines().toString());
    }

    /** Its lines in short: method, path, status and error, with a dash for what is left out. */
    static List<String> told(PlaneUnderTest plane, int count) throws Exception {
        return all(plane, count).stream()
                .map(line -> line.path("method").asText("-") + " "
                        + line.path("path").asText("-") + " "
                        + line.path("status").asText("-") + " "
                        + line.path("error").asText("-"))
                .toList();
    }
}
