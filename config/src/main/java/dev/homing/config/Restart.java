// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import dev.homing.config.Key.Reach;
import java.util.ArrayList;
import java.util.List;

/** What a reload cannot change in a running process. */
public final class Restart {

    private Restart() {}

    /** The paths of the keys that differ between two configurations and only take effect at the next start. */
    public static List<String> needed(HomingConfig running, HomingConfig wanted) {
        View before = View.top(running);
        View after = View.top(wanted);
        List<String> paths = new ArrayList<>();
        for (Key<View, ?> key : Registry.TOP.keys()) {
            if (key.reach() == Reach.RESTART
                    && !key.of().apply(before).equals(key.of().apply(after))) {
                paths.add(key.path());
            }
        }
        return paths;
    }
}
