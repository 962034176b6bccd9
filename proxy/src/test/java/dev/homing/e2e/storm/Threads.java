// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

/** Threads that keep no process alive. */
public final class Threads {

    private Threads() {}

    public static Thread start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
