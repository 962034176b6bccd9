// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import dev.homing.affinity.Binding;
import dev.homing.affinity.SharedTable.Listener;
import dev.homing.routing.SessionKey;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Everything that a listener is told, in its order. */
final class Heard implements Listener {

    final BlockingQueue<String> words = new LinkedBlockingQueue<>();

    @Override
    public void told(SessionKey session, @Nullable Binding binding) {
        words.add(session.hex() + " " + (binding == null ? "nowhere" : binding.text()));
    }

    @Override
    public void passedOn(String news) {
        words.add("news " + news);
    }

    @Override
    public void missed() {
        words.add("missed");
    }

    @Nullable String next() throws InterruptedException {
        return words.poll(20, TimeUnit.SECONDS);
    }
}
