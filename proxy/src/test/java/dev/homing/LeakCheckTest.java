// SPDX-License-Identifier: Apache-2.0
package dev.homing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeakCheckTest {

    private final LeakCheck check = new LeakCheck();

    @Test
    void itIsRegisteredForAllTestClasses() {
        assertThat(ServiceLoader.load(Extension.class)).hasAtLeastOneElementOfType(LeakCheck.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLostBufferFailsTheClassAndIsToldWithItsOrigin(boolean pooled) throws InterruptedException {
        lose(pooled ? PooledByteBufAllocator.DEFAULT : UnpooledByteBufAllocator.DEFAULT);

        assertThatThrownBy(() -> check.afterAll(null))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("1 leaked (expected: none)\nByteBuf")
                .hasMessageContaining("LeakCheckTest.lose");
        assertThatCode(() -> check.afterAll(null)).as("each is told once").doesNotThrowAnyException();
    }

    @Test
    void aReleasedBufferIsNoLeak() {
        PooledByteBufAllocator.DEFAULT.directBuffer(16).writeLong(1).release();

        assertThatCode(() -> check.afterAll(null)).doesNotThrowAnyException();
    }

    @Test
    void aBufferInUseIsNoLeak() {
        ByteBuf used = PooledByteBufAllocator.DEFAULT.directBuffer(16);

        assertThatCode(() -> check.afterAll(null)).doesNotThrowAnyException();
        assertThat(used.release()).isTrue();
    }

    private static void lose(ByteBufAllocator allocator) {
        assertThat(allocator.directBuffer(16).writeLong(1).refCnt()).isEqualTo(1);
    }
}
