// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * A configuration as people would write it with every key spelled out: the file's own shape and names, defaults filled in, secrets as
 * {@code ***}. A pool shows what differs from the top level.
 */
public final class EffectiveConfig {

    private EffectiveConfig() {}

    /** Nested maps and lists of texts, numbers and switches: ready to become JSON. */
    public static Map<String, Object> of(HomingConfig config) {
        return Registry.TOP.write(View.top(config));
    }

    /** The same as YAML, which reads as the same configuration again but for its secrets. */
    public static String toYaml(HomingConfig config) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setWidth(140);
        return new Yaml(options).dump(of(config));
    }
}
