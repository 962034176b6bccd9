// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import io.netty.handler.ssl.SslProvider;

/** With the JDK's own TLS, which is there always. */
final class TlsHandshakeOnJdkTest extends TlsHandshakeCase {

    @Override
    SslProvider provider() {
        return SslProvider.JDK;
    }
}
