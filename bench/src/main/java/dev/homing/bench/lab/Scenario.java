// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import java.util.List;

/**
 * One kind of load.
 *
 * @param name of it, also on the command line
 * @param text what it is
 * @param clients connections at once
 * @param query what they ask of the engines, see {@link EngineConnection}
 * @param bodyBytes of each request
 * @param each what the figures are given for: a token or a request
 */
record Scenario(String name, String text, int clients, String query, int bodyBytes, String each) {

    /** As many clients as a proxy can have that is allowed 20,000 open files, less those that it needs itself. */
    private static final int MANY = 9_500;

    static final List<Scenario> ALL = List.of(
            new Scenario("tokens-500", "500 streams, a token to all every 20 ms", 500, "every=20", 0, "token"),
            new Scenario("tokens-5000", "5,000 streams, a token to all every 200 ms", 5_000, "every=200", 0, "token"),
            new Scenario("idle", "9,500 streams, a token to all every 2 s", MANY, "every=2000", 0, "token"),
            new Scenario("requests", "small requests on 64 connections", 64, "", 0, "request"),
            new Scenario("prompts", "prompts of 1 MB on 8 connections", 8, "", 1 << 20, "request"),
            new Scenario("first", "one token, one request at a time", 1, "first", 0, "request"));

    boolean streams() {
        return each.equals("token");
    }

    int everyMillis() {
        return Integer.parseInt(query.substring(query.indexOf('=') + 1));
    }
}
