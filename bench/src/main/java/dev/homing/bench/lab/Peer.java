// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One proxy that is measured, or none.
 *
 * @param name of it, with its version
 * @param command starts it in the foreground; empty: clients talk to the first engine directly
 * @param files its configuration, by names that {@code command} has as {@code {name}}
 * @param port where it listens
 * @param admin where it is scraped each second, 0 = nowhere
 */
record Peer(String name, List<String> command, Map<String, String> files, int port, int admin) {

    /** No proxy at all. */
    static Peer direct(int engine) {
        return new Peer("direct", List.of(), Map.of(), engine, 0);
    }

    /** Everything on that is on without being asked for, and its metrics scraped. */
    static Peer homing(String name, List<String> launcher, List<Integer> engines, int port, int admin) {
        String config = "listen: 127.0.0.1:" + port + "\nadmin: 127.0.0.1:" + admin + "\nbackends:\n"
                + lines("  - {id: gpu-%d, url: \"http://127.0.0.1:%d\"}\n", engines);
        List<String> command = new ArrayList<>(launcher);
        command.addAll(List.of("run", "-c", "{homing.yaml}"));
        return new Peer(name, command, Map.of("homing.yaml", config), port, admin);
    }

    /** Without {@code http-no-delay} it holds tokens back for 100 ms and more. */
    static Peer haproxy(String version, List<Integer> engines, int port) {
        String config = """
                global
                  maxconn 9990
                defaults
                  mode http
                  option http-no-delay
                  timeout connect 2s
                  timeout client 1h
                  timeout server 1h
                  timeout http-keep-alive 75s
                frontend clients
                  bind 127.0.0.1:%d
                  default_backend engines
                backend engines
                  balance hdr(X-Session-Id)
                  hash-type consistent
                %s""".formatted(port, lines("  server gpu-%d 127.0.0.1:%d check\n", engines));
        return new Peer(
                "HAProxy " + version,
                List.of("haproxy", "-db", "-f", "{haproxy.cfg}"),
                Map.of("haproxy.cfg", config),
                port,
                0);
    }

    /** Bodies are passed on in both directions as they come; connections are kept for as many requests as homing keeps them. */
    static Peer nginx(String version, List<Integer> engines, int port) {
        String config = """
                daemon off;
                worker_processes auto;
                worker_rlimit_nofile 20000;
                pid nginx.pid;
                error_log stderr warn;
                events { worker_connections 20000; }
                http {
                  access_log off;
                  client_max_body_size 256m;
                  keepalive_requests 1000000000;
                  upstream engines {
                    hash $http_x_session_id consistent;
                %s    keepalive 512;
                    keepalive_requests 1000000000;
                  }
                  server {
                    listen 127.0.0.1:%d;
                    location / {
                      proxy_pass http://engines;
                      proxy_http_version 1.1;
                      proxy_set_header Connection "";
                      proxy_buffering off;
                      proxy_request_buffering off;
                      proxy_read_timeout 1h;
                    }
                  }
                }
                """.formatted(lines("    server 127.0.0.1:%2$d;\n", engines), port);
        return new Peer(
                "nginx " + version,
                List.of("nginx", "-p", "{}", "-e", "stderr", "-c", "{nginx.conf}"),
                Map.of("nginx.conf", config),
                port,
                0);
    }

    /** @param binary its path: distributions have an older one */
    static Peer caddy(String version, String binary, List<Integer> engines, int port) {
        String config = """
                {
                  admin off
                  auto_https off
                }
                http://127.0.0.1:%d {
                  reverse_proxy %s {
                    lb_policy header X-Session-Id
                    flush_interval -1
                    transport http {
                      keepalive_idle_conns_per_host 512
                    }
                  }
                }
                """.formatted(port, lines("127.0.0.1:%2$d ", engines));
        return new Peer(
                "Caddy " + version,
                List.of(binary, "run", "--adapter", "caddyfile", "--config", "{Caddyfile}"),
                Map.of("Caddyfile", config),
                port,
                0);
    }

    private static String lines(String format, List<Integer> engines) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < engines.size(); i++) {
            lines.append(format.formatted(i, engines.get(i)));
        }
        return lines.toString();
    }
}
