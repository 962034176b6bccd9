// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Somebody at a terminal who can be asked. */
@FunctionalInterface
interface Questions {

    /**
     * Asks.
     *
     * @return one line without blanks around it, perhaps empty; null when whoever was asked has gone
     */
    @Nullable String ask(String question);

    /** Whoever sits at this process's terminal, if anybody does. */
    @SuppressWarnings("SystemConsoleNull") // before JDK 22 it is null; what it is from then on is looked at below
    static Optional<Questions> atTerminal() {
        Console console = System.console();
        if (console == null || !isTerminal(console)) {
            return Optional.empty();
        }
        return Optional.of(question -> {
            String line = console.readLine("%s", question);
            return line == null ? null : line.strip();
        });
    }

    /** From JDK 22 on there is a console without a terminal too; it says so by a method that 17 does not have. */
    private static boolean isTerminal(Console console) {
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }
}
