// SPDX-License-Identifier: Apache-2.0
package dev.homing;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.homing.archfixture.Offender;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rules of the layout: who may know whom, and what nobody but a few may touch. */
class ArchitectureTest {

    private static final String[] DATA_PLANE = {
        "dev.homing.exchange..", "dev.homing.upstream..", "dev.homing.frontend.."
    };

    private static final JavaClasses PRODUCTION = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.homing");

    @TestFactory
    Stream<DynamicTest> theRulesHold() {
        return rules().entrySet().stream()
                .map(rule -> dynamicTest(
                        rule.getKey(),
                        () -> rule.getValue().allowEmptyShould(true).check(PRODUCTION)));
    }

    /** A rule that nothing can break is none: a class that breaks them all shows that they bite. */
    @TestFactory
    Stream<DynamicTest> theRulesBite() {
        JavaClasses offender = new ClassFileImporter().importPackages("dev.homing.archfixture");
        return Map.of(
                        "clocks", Deeds.clocks(),
                        "randomness", Deeds.randomness(),
                        "threads", Deeds.threads(),
                        "waits", Deeds.waits(),
                        "constants", Deeds.constants(),
                        "static fields", Deeds.staticFields(),
                        "netty", netty(),
                        "caffeine", onlyIn("com.github.benmanes.caffeine..", "dev.homing.affinity.."))
                .entrySet()
                .stream()
                .map(rule -> dynamicTest(
                        rule.getKey(),
                        () -> assertThat(rule.getValue().evaluate(offender).hasViolation())
                                .isTrue()));
    }

    @Test
    void eachKindOfOffenceIsSeen() {
        JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);

        assertThat(details(Deeds.clocks(), offender)).hasSize(3);
        assertThat(details(Deeds.randomness(), offender)).hasSize(3);
        assertThat(details(Deeds.threads(), offender)).hasSize(2);
        assertThat(details(Deeds.waits(), offender)).hasSize(5);
        assertThat(details(Deeds.constants(), offender)).hasSize(2);
        assertThat(details(Deeds.staticFields(), offender)).hasSize(1);
    }

    private static Stream<String> details(ArchRule rule, JavaClasses classes) {
        return rule.evaluate(classes).getFailureReport().getDetails().stream();
    }

    private static Map<String, ArchRule> rules() {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        rules.put(
                "packages have no cycles",
                slices().matching("dev.homing.(*)..").should().beFreeOfCycles());
        rules.put("routing is pure", pure());
        rules.put(
                "affinity knows routing only",
                within("dev.homing.affinity..", "dev.homing.affinity..", "dev.homing.routing.."));
        rules.put("a look knows nobody", within("dev.homing.look..", "dev.homing.look.."));
        rules.put("nobody knows app", unknown("dev.homing.app..", "dev.homing.app.."));
        rules.put(
                "only app and admin know control",
                unknown("dev.homing.control..", "dev.homing.control..", "dev.homing.app..", "dev.homing.admin.."));
        rules.put("only app knows admin", unknown("dev.homing.admin..", "dev.homing.admin..", "dev.homing.app.."));
        rules.put("only app knows the demo", unknown("dev.homing.demo..", "dev.homing.demo..", "dev.homing.app.."));
        rules.put("the data plane reads no configuration", configurationAsValues());
        rules.put("netty stays where the network is", netty());
        rules.put(
                "micrometer",
                onlyIn("io.micrometer..", "dev.homing.observe..", "dev.homing.admin..", "dev.homing.app.."));
        rules.put("opentelemetry", onlyIn("io.opentelemetry..", "dev.homing.observe..", "dev.homing.app.."));
        rules.put("yaml", onlyIn("org.yaml..", "dev.homing.config.."));
        rules.put("lettuce", onlyIn("io.lettuce..", "dev.homing.affinity.redis..", "dev.homing.app.."));
        rules.put(
                "only app knows Redis",
                unknown("dev.homing.affinity.redis..", "dev.homing.affinity.redis..", "dev.homing.app.."));
        rules.put("caffeine", onlyIn("com.github.benmanes.caffeine..", "dev.homing.affinity.."));
        rules.put(
                "jackson",
                onlyIn(
                        "com.fasterxml..",
                        "dev.homing.look..",
                        "dev.homing.admin..",
                        "dev.homing.demo..",
                        "dev.homing.simulate..",
                        "dev.homing.survey..",
                        "dev.homing.app.."));
        rules.put(
                "only app knows the survey", unknown("dev.homing.survey..", "dev.homing.survey..", "dev.homing.app.."));
        rules.put(
                "only app knows the simulation",
                unknown("dev.homing.simulate..", "dev.homing.simulate..", "dev.homing.app.."));
        rules.put("clocks are handed in", Deeds.clocks());
        rules.put("chance is a seed", Deeds.randomness());
        rules.put("threads are handed in", Deeds.threads());
        rules.put("nobody waits", Deeds.waits());
        rules.put("static fields are final", Deeds.staticFields());
        rules.put("constants do not change", Deeds.constants());
        rules.put("no locks or atomics on an event loop's own ground", unlocked());
        rules.put("no volatile on an event loop's own ground", noVolatile());
        rules.put("no synchronized on an event loop's own ground", noSynchronized());
        return rules;
    }

    private static ArchRule pure() {
        return classes()
                .that()
                .resideInAPackage("dev.homing.routing..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "dev.homing.routing..", "org.jspecify..");
    }

    /** Of homing's own packages a package knows only those. */
    private static ArchRule within(String subject, String... known) {
        return noClasses()
                .that()
                .resideInAPackage(subject)
                .should()
                .dependOnClassesThat(
                        resideInAPackage("dev.homing..").and(DescribedPredicate.not(resideInAnyPackage(known))));
    }

    private static ArchRule unknown(String subject, String... friends) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(friends)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(subject);
    }

    private static ArchRule onlyIn(String library, String... packages) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library);
    }

    private static ArchRule configurationAsValues() {
        return noClasses()
                .that()
                .resideInAnyPackage(DATA_PLANE)
                .should()
                .dependOnClassesThat(resideInAPackage("dev.homing.config..")
                        .and(describe("are no values", type -> !type.isRecord() && !type.isEnum())));
    }

    private static ArchRule netty() {
        String[] network = {
            "dev.homing.affinity..",
            "dev.homing.upstream..",
            "dev.homing.exchange..",
            "dev.homing.frontend..",
            "dev.homing.loop..",
            "dev.homing.metering..",
            "dev.homing.admin..",
            "dev.homing.demo..",
            "dev.homing.app.."
        };
        return noClasses()
                .that(DescribedPredicate.not(resideInAnyPackage(network))
                        .and(DescribedPredicate.not(oneOf(
                                "dev.homing.health.HttpFetch",
                                "dev.homing.health.FetchHandler",
                                "dev.homing.control.DnsDiscovery"))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..");
    }

    private static DescribedPredicate<JavaClass> oneOf(String... names) {
        return describe(
                "are " + String.join(" or ", names),
                type -> Stream.of(names)
                        .anyMatch(name ->
                                type.getName().equals(name) || type.getName().startsWith(name + "$")));
    }

    private static ArchRule unlocked() {
        return noClasses()
                .that()
                .resideInAnyPackage("dev.homing.exchange..", "dev.homing.upstream..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.concurrent.atomic..", "java.util.concurrent.locks..");
    }

    private static ArchRule noVolatile() {
        return noFields()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage("dev.homing.exchange..", "dev.homing.upstream..")
                .should()
                .haveModifier(JavaModifier.VOLATILE);
    }

    private static ArchRule noSynchronized() {
        return noMethods()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage("dev.homing.exchange..", "dev.homing.upstream..")
                .should()
                .haveModifier(JavaModifier.SYNCHRONIZED);
    }
}
