// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** This test's class path, with a jar in place of each directory. */
final class ClassJars {

    private ClassJars() {}

    /** @param into where the jars are made */
    static String of(Path into) throws IOException {
        List<String> classPath = new ArrayList<>();
        for (String each : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path place = Path.of(each);
            classPath.add(
                    Files.isDirectory(place)
                            ? pack(place, Files.createTempFile(into, "classes", ".jar"))
                                    .toString()
                            : each);
        }
        return String.join(File.pathSeparator, classPath);
    }

    private static Path pack(Path directory, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(file);
                Stream<Path> walk = Files.walk(directory)) {
            for (Path each : walk.filter(Files::isRegularFile).toList()) {
                zip.putNextEntry(new ZipEntry(directory.relativize(each).toString()));
                Files.copy(each, zip);
                zip.closeEntry();
            }
        }
        return jar;
    }
}
