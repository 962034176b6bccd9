// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

/** What the tests of the SDKs share. */
final class SdkConfigs {

    static final String SESSION = "an-sdks-session";

    private SdkConfigs() {}

    /** Two pools of one replica each, the second for {@code path} only; nothing routes to the first but models' lists. */
    static String routed(Replicas replicas, String path) {
        return """
                listen: 127.0.0.1:0
                admin: 127.0.0.1:0
                pools:
                  models: {backends: [{id: a, url: "%s"}]}
                  other: {backends: [{id: b, url: "%s"}]}
                routes:
                  - {match: {path_prefix: /v1/models}, pool: models}
                  - {match: {path_prefix: %s}, pool: other}
                """.formatted(replicas.engine(0).url(), replicas.engine(1).url(), path);
    }
}
