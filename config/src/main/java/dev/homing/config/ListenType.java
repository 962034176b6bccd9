// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One address, or a list whose items are addresses or mappings. */
record ListenType() implements ValueType<List<Listener>> {

    @Override
    public @Nullable List<Listener> read(Cursor at) {
        if (at.tree() instanceof Tree.Items) {
            // Which of them clash is ListenerChecks' to tell: several may ask for a free port.
            return new ListOf<>(new Item(), 1, listener -> null, "").read(at);
        }
        Address address = Addresses.ADDRESS.read(at);
        return address == null ? null : List.of(plain(address));
    }

    @Override
    public Object write(List<Listener> listeners) {
        Listener first = listeners.get(0);
        return listeners.size() == 1 && isPlain(first)
                ? first.address().toString()
                : listeners.stream().map(new Item()::write).toList();
    }

    @Override
    public String expected() {
        return Addresses.ADDRESS.expected() + ", or a list of {address, tls, proxy_protocol}";
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> list = Json.object("type", "array", "minItems", 1, "items", new Item().schema());
        return Json.object("anyOf", List.of(Addresses.ADDRESS.schema(), list));
    }

    private static Listener plain(Address address) {
        return new Listener(address, null, false);
    }

    private static boolean isPlain(Listener listener) {
        return listener.equals(plain(listener.address()));
    }

    /** One listener: an address for plain HTTP, or a mapping. */
    private record Item() implements ValueType<Listener> {

        private static final ObjectOf<Listener> MAPPING = new ObjectOf<>(ListenerKeys.ALL, ListenerKeys::build);

        @Override
        public @Nullable Listener read(Cursor at) {
            if (!(at.tree() instanceof Tree.Scalar)) {
                return MAPPING.read(at);
            }
            Address address = Addresses.ADDRESS.read(at);
            return address == null ? null : plain(address);
        }

        @Override
        public Object write(Listener listener) {
            return isPlain(listener) ? listener.address().toString() : MAPPING.write(listener);
        }

        @Override
        public String expected() {
            return MAPPING.expected();
        }

        @Override
        public Map<String, Object> schema() {
            return Json.object("anyOf", List.of(Addresses.ADDRESS.schema(), MAPPING.schema()));
        }
    }
}
