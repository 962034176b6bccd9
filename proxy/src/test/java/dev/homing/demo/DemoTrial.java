// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

public final class DemoTrial {
    public static void main(String[] args) throws Exception {
        for (long seed = 1; seed <= 8; seed++) {
            long t = System.nanoTime();
            try (Demo demo = new Demo(new Demo.Size(3, 24, 6, seed), RelayProxy::new, (p, d, a) -> {})) {
                System.out.println(demo.run().table());
            }
            System.out.println("took " + (System.nanoTime() - t) / 1000000 + " ms");
        }
    }
}
