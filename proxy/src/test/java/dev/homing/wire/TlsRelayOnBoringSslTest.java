// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import org.junit.jupiter.api.Tag;

/** With what is taken wherever its native library loads. */
@Tag("long")
final class TlsRelayOnBoringSslTest extends TlsRelayCase {

    @Override
    SslProvider provider() {
        assumeTrue(OpenSsl.isAvailable(), "no native TLS on this machine");
        return SslProvider.OPENSSL;
    }
}
