// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class KeptEpollTest {

    private static final long PATIENCE_SECONDS = 20;

    private IoEventLoopGroup loop;
    private Pipe pipe;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(Epoll.isAvailable(), "no epoll here");
        loop = new MultiThreadIoEventLoopGroup(1, KeptEpoll.newFactory());
        FileDescriptor[] ends = FileDescriptor.pipe();
        pipe = new Pipe(ends[0], ends[1]);
    }

    @AfterEach
    void close() throws IOException {
        if (loop != null) {
            loop.shutdownGracefully(0, PATIENCE_SECONDS, TimeUnit.SECONDS).syncUninterruptibly();
            pipe.output.close();
            pipe.input.close();
        }
    }

    @Test
    void whatWasNotAwaitedForAWhileIsToldWhenItIsAwaitedAgain() throws Exception {
        IoRegistration registration = loop.register(pipe).get();
        registration.submit(EpollIoOps.EPOLLIN);
        registration.submit(EpollIoOps.NONE);
        ByteBuffer word = ByteBuffer.allocateDirect(1);
        pipe.output.write(word, 0, 1);
        turns();
        assertThat(pipe.events.availablePermits())
                .as("while nothing is awaited")
                .isZero();

        registration.submit(EpollIoOps.EPOLLIN);

        assertThat(pipe.events.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        registration.cancel();
    }

    @Test
    void aHangUpWhileNothingIsAwaitedDoesNotKeepTheLoopBusy() throws Exception {
        IoRegistration registration = loop.register(pipe).get();
        registration.submit(EpollIoOps.EPOLLIN);
        registration.submit(EpollIoOps.NONE);

        pipe.output.close();

        turns();
        assertThat(pipe.events.availablePermits()).isLessThanOrEqualTo(1);
        registration.cancel();
    }

    /** Each turn of the loop asks the system for events. */
    private void turns() throws Exception {
        for (int i = 0; i < 100; i++) {
            loop.submit(() -> {}).get();
        }
    }

    /** The reading end of a pipe, that counts what it is told. */
    private static final class Pipe implements EpollIoHandle {

        private final FileDescriptor input;
        private final FileDescriptor output;
        private final Semaphore events = new Semaphore(0);

        Pipe(FileDescriptor input, FileDescriptor output) {
            this.input = input;
            this.output = output;
        }

        @Override
        public FileDescriptor fd() {
            return input;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            events.release();
        }

        @Override
        public void close() {}
    }
}
