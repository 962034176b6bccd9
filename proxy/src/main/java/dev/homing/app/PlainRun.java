// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code homing run -c FILE}, as service managers and images start it, and nothing else. It is understood here because to describe every command to the
 * library that reads all other command lines takes about as long as to start the proxy.
 */
final class PlainRun {

    private static final int WORDS = 3;

    private PlainRun() {}

    /**
     * The file; null for any other command line.
     *
     * @param arguments of the program
     */
    static @Nullable Path file(String... arguments) {
        if (arguments.length != WORDS || !arguments[0].equals("run")) {
            return null;
        }
        String file = arguments[2];
        boolean named = arguments[1].equals("-c") || arguments[1].equals("--config");
        // A missing value that an option follows, and a file of arguments: the library has its ways with them.
        return named && !file.isEmpty() && !file.startsWith("-") && !file.startsWith("@") ? Path.of(file) : null;
    }

    /** What the command does with that file; the exit status. */
    static int serve(Path file) {
        PrintWriter err = writer(System.err);
        try {
            return new Serving(writer(System.out), err).serve(file, false);
        } catch (InterruptedException | RuntimeException e) {
            err.println(Main.told(e));
            return 1;
        }
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, Charset.defaultCharset());
    }
}
