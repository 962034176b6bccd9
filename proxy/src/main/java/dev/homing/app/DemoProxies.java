// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.Affinity;
import dev.homing.config.ConfigErrors;
import dev.homing.config.ConfigReader;
import dev.homing.demo.ProxyFactory;
import dev.homing.demo.RunningProxy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Real proxies for the demo, configured by YAML as anybody's would be. */
final class DemoProxies implements ProxyFactory {

    private final Affinity.Policy placement;

    /** @param placement of new sessions, where there are any */
    DemoProxies(Affinity.Policy placement) {
        this.placement = placement;
    }

    @Override
    public RunningProxy start(List<InetSocketAddress> replicas, boolean affinity) throws IOException {
        StringBuilder yaml = new StringBuilder("listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\n");
        yaml.append("affinity: {placement: ")
                .append(placement.name().toLowerCase(Locale.ROOT))
                .append(affinity ? "}\n" : ", headers: []}\n")
                .append("backends:\n");
        for (int i = 0; i < replicas.size(); i++) {
            yaml.append("  - {id: replica-")
                    .append(i)
                    .append(", url: \"http://")
                    .append(Addresses.text(replicas.get(i)));
            yaml.append("\"}\n");
        }
        try {
            var config = ConfigReader.read("demo", yaml.toString(), name -> null);
            return new Demonstrated(ProxyRuntime.start(config, ConfigSource.fixed(config)));
        } catch (ConfigErrors | StartFailure e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private record Demonstrated(ProxyRuntime runtime) implements RunningProxy {

        @Override
        public InetSocketAddress address() {
            return runtime.addresses().get(0);
        }

        @Override
        public @Nullable URI admin() {
            InetSocketAddress address = runtime.adminAddress();
            return address == null ? null : URI.create("http://" + Addresses.text(address) + "/");
        }

        @Override
        public void close() {
            runtime.close();
        }
    }
}
