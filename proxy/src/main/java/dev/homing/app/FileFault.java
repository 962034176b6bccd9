// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why a file cannot be used, in the few words that go behind its name. */
final class FileFault {

    private FileFault() {}

    /** Java tells some of the reasons by the class alone, and the file's name in place of others. */
    static String reason(IOException e) {
        // A missing file is made by who writes it, and told of in other words by who reads it.
        if (e instanceof NoSuchFileException) {
            return "no such directory";
        }
        if (e instanceof AccessDeniedException) {
            return "access denied";
        }
        String said = e instanceof FileSystemException failure && failure.getReason() != null
                ? failure.getReason()
                : e.getMessage();
        return said == null ? e.getClass().getSimpleName() : said;
    }
}
