// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.Affinity;
import dev.homing.loop.DurationText;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How numbers, durations, addresses and words of the configuration are written on the command line. */
final class Quantities {

    private static final Pattern COUNT = Pattern.compile("(\\d{1,12})([kKmMgG]?)");
    private static final Pattern ADDRESS = Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([^:\\[\\]]*)):(\\d{1,5})");
    private static final int MAX_PORT = 65_535;

    private Quantities() {}

    /** {@code 4096}, {@code 64k}, {@code 4M}: thousands and millions. */
    static final class Count implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            Matcher matcher = COUNT.matcher(value);
            if (!matcher.matches()) {
                throw rule(value);
            }
            long number = Long.parseLong(matcher.group(1));
            long factor = switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
                case "k" -> 1_000;
                case "m" -> 1_000_000;
                case "g" -> 1_000_000_000;
                default -> 1;
            };
            if (number > Long.MAX_VALUE / factor) {
                throw rule(value);
            }
            return number * factor;
        }

        private static TypeConversionException rule(String value) {
            return expected(value, "a number such as 4096, 64k or 4M");
        }
    }

    /** {@code 250ms}, {@code 5s}, {@code 10m}, {@code 1h}. */
    static final class Time implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            Duration duration = DurationText.parse(value);
            if (duration == null) {
                throw expected(value, "a duration such as 250ms, 5s or 10m");
            }
            return duration;
        }
    }

    /** {@code 127.0.0.1:9101}, {@code [::1]:9101}, {@code :9101} for every interface. */
    static final class ListenAddress implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(String value) {
            Matcher matcher = ADDRESS.matcher(value);
            if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > MAX_PORT) {
                throw expected(value, "host:port");
            }
            int port = Integer.parseInt(matcher.group(3));
            String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
            if (host.isEmpty()) {
                return new InetSocketAddress(port);
            }
            try {
                return new InetSocketAddress(InetAddress.getByName(host), port);
            } catch (UnknownHostException e) {
                throw expected(value, "a host that resolves");
            }
        }
    }

    /** {@code load_aware}, {@code rendezvous}: as {@code affinity.placement} writes them. */
    static final class Placement implements ITypeConverter<Affinity.Policy> {
        @Override
        public Affinity.Policy convert(String value) {
            return switch (value) {
                case "load_aware" -> Affinity.Policy.LOAD_AWARE;
                case "rendezvous" -> Affinity.Policy.RENDEZVOUS;
                default -> throw expected(value, "load_aware or rendezvous");
            };
        }
    }

    private static TypeConversionException expected(String value, String rule) {
        return new TypeConversionException("'" + value + "' (expected: " + rule + ")");
    }
}
