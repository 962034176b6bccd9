// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code homing key}: a new API key for a client. */
@Command(
        name = "key",
        description = {
            "Makes an API key and prints it, this once, and below it the line for the file that `keys` names.",
            "The file holds a hash: who reads it cannot use it."
        })
final class KeyCommand implements Callable<Integer> {

    /** As clients expect a key to begin. */
    private static final String PREFIX = "sk-homing-";

    /** Nobody guesses 256 bits, so one round of a fast hash keeps them safe. */
    private static final int RANDOM_BYTES = 32;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "Whose key it is, as metrics and logs will tell.")
    @SuppressWarnings("NullAway.Init")
    private String name;

    @Override
    public Integer call() {
        if (!KeyFile.NAME.matcher(name).matches()) {
            throw new ParameterException(
                    spec.commandLine(), "NAME: '" + name + "' (expected: " + KeyFile.NAME_RULE + ")");
        }
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        String key = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        PrintWriter out = spec.commandLine().getOut();
        out.println(key);
        out.println(name + ":" + HexFormat.of().formatHex(sha256(key)));
        return 0;
    }

    private static byte[] sha256(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
