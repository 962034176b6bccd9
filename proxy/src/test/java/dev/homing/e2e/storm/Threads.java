// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

/** Threads that keep no process alive. */
final class Threads {

    private Threads() {}

    static Thread start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
