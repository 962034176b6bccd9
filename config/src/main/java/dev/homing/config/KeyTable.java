// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.List;
import java.util.Map;

/** The registry as Markdown tables, which docs/configuration.md shows. */
final class KeyTable {

    private KeyTable() {}

    static String markdown() {
        return table("The file", "", Registry.TOP)
                + table("One item of `listen`", "listen[].", ListenerKeys.ALL)
                + table("`tls` of a listener", "listen[].tls.", ListenerKeys.TLS_KEYS)
                + table("One item of its `certificates`", "listen[].tls.certificates[].", ListenerKeys.CERTIFICATE_KEYS)
                + table("One item of `backends`", "backends[].", BackendKeys.BACKEND.keys())
                + table("One item of `routes`", "routes[].", RouteKeys.ROUTE.keys());
    }

    private static String table(String title, String prefix, KeySet<?> keys) {
        StringBuilder out = new StringBuilder("### " + title
                + "\n\n| key | default | value | meaning | when to change it |\n|---|---|---|---|---|\n");
        for (Key<?, ?> key : keys.keys()) {
            out.append("| `").append(prefix).append(key.path()).append("`").append(marks(key, keys));
            out.append(" | ").append(standard(key));
            out.append(" | ").append(cell(key.type().expected()));
            out.append(" | ").append(cell(key.explanation().meaning()));
            out.append(" | ").append(cell(key.explanation().change())).append(" |\n");
        }
        return out.append('\n').toString();
    }

    private static String marks(Key<?, ?> key, KeySet<?> keys) {
        if (keys != Registry.TOP) {
            return "";
        }
        return switch (key.reach()) {
            case POOL -> " ᴾ";
            case TOP -> "";
            case RESTART -> " ᴿ";
        };
    }

    private static String standard(Key<?, ?> key) {
        Object value = key.writtenDefault();
        if (key.fallback().isEmpty()) {
            return "required";
        }
        if (value == null) {
            return "";
        }
        if (value instanceof List<?> list) {
            return list.isEmpty()
                    ? "`[]`"
                    : "`["
                            + cell(String.join(
                                    ", ", list.stream().map(String::valueOf).toList())) + "]`";
        }
        return value instanceof Map ? "`{}`" : "`" + cell(String.valueOf(value)) + "`";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("*", "\\*");
    }
}
