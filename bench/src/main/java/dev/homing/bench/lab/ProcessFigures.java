// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What the kernel says of a process and its children in {@code /proc}, see proc(5). */
final class ProcessFigures {

    /** CLK_TCK, which is 100 on all architectures that Java runs on. */
    private static final double TICKS_A_SECOND = 100;

    /** Of the fields of a line {@code cpu}: idle, waiting for a disk, run by the host, and guests, which are counted as user as well. */
    private static final Set<Integer> IDLE = Set.of(4, 5, 8, 9, 10);

    /** Of the fields of {@code stat} behind the name. */
    private static final int USER = 11;

    private static final int SYSTEM = 12;

    private ProcessFigures() {}

    /**
     * CPU time up to now, in seconds.
     *
     * @param user outside of the kernel
     * @param system in the kernel
     * @param compilers of both, in threads of the just-in-time compiler that live
     */
    record Cpu(double user, double system, double compilers) {

        double total() {
            return user + system;
        }

        Cpu since(Cpu before) {
            return new Cpu(user - before.user, system - before.system, Math.max(0, compilers - before.compilers));
        }
    }

    /** Of this process, without its children. */
    static Cpu own() throws IOException {
        return cpu(List.of(ProcessHandle.current()));
    }

    /** Of a process and its children. */
    static Cpu cpu(ProcessHandle process) throws IOException {
        return cpu(tree(process));
    }

    private static Cpu cpu(List<ProcessHandle> processes) throws IOException {
        double user = 0;
        double system = 0;
        double compilers = 0;
        for (ProcessHandle each : processes) {
            String[] stat = stat(Path.of("/proc", String.valueOf(each.pid()), "stat"));
            user += Long.parseLong(stat[USER]);
            system += Long.parseLong(stat[SYSTEM]);
            compilers += compilers(each);
        }
        return new Cpu(user / TICKS_A_SECOND, system / TICKS_A_SECOND, compilers / TICKS_A_SECOND);
    }

    /** CPU time of everything on the machine, interrupts included, in seconds. */
    static double machine() throws IOException {
        String[] cpu = Files.readAllLines(Path.of("/proc/stat")).get(0).split(" +");
        double busy = 0;
        for (int i = 1; i < cpu.length; i++) {
            busy += IDLE.contains(i) ? 0 : Long.parseLong(cpu[i]);
        }
        return busy / TICKS_A_SECOND;
    }

    /** Resident memory in bytes. Pages that processes share count for each of them. */
    static long resident(ProcessHandle process) throws IOException {
        long kibibytes = 0;
        for (ProcessHandle each : tree(process)) {
            for (String line : Files.readAllLines(Path.of("/proc", String.valueOf(each.pid()), "status"))) {
                if (line.startsWith("VmRSS:")) {
                    kibibytes += Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
        }
        return kibibytes * 1024;
    }

    private static List<ProcessHandle> tree(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants()).toList();
    }

    private static long compilers(ProcessHandle process) throws IOException {
        long ticks = 0;
        try (Stream<Path> threads = Files.list(Path.of("/proc", String.valueOf(process.pid()), "task"))) {
            for (Path thread : threads.toList()) {
                ticks += compiler(thread);
            }
        }
        return ticks;
    }

    private static long compiler(Path thread) {
        try {
            if (!Files.readString(thread.resolve("comm")).matches("(?s)C[12] Compiler.*")) {
                return 0;
            }
            String[] stat = stat(thread.resolve("stat"));
            return Long.parseLong(stat[USER]) + Long.parseLong(stat[SYSTEM]);
        } catch (IOException gone) {
            return 0;
        }
    }

    private static String[] stat(Path file) throws IOException {
        String line = Files.readString(file);
        return line.substring(line.lastIndexOf(')') + 2).split(" ");
    }
}
