// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** JSON objects as maps that keep their order, so that what is generated from them is always the same text. */
final class Json {

    private Json() {}

    /** An object of the given keys and values, in turn. */
    static Map<String, Object> object(Object... keysAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            object.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return object;
    }
}
