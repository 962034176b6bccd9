// SPDX-License-Identifier: Apache-2.0
package dev.homing;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Random;
import java.util.Set;
import java.util.Timer;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** What only {@code app} and {@code demo} may do, so that everything else can be tested without waiting; and what no constant may be. */
final class Deeds {

    private static final String[] EDGES = {"dev.homing.app..", "dev.homing.demo.."};

    /** Types that a constant cannot have, because their content changes. */
    private static final Set<String> MUTABLE_PREFIXES = Set.of(
            "java.util.concurrent.atomic.Atomic",
            "java.util.concurrent.atomic.Long",
            "java.util.concurrent.atomic.Double",
            "java.util.concurrent.Concurrent",
            "java.util.concurrent.CopyOnWrite",
            "java.util.concurrent.Linked",
            "java.util.concurrent.Array",
            "java.util.concurrent.locks.",
            "java.util.ArrayList",
            "java.util.ArrayDeque",
            "java.util.LinkedList",
            "java.util.PriorityQueue",
            "java.util.HashMap",
            "java.util.HashSet",
            "java.util.LinkedHash",
            "java.util.Tree",
            "java.util.EnumMap",
            "java.util.BitSet",
            "java.util.WeakHashMap",
            "java.util.IdentityHashMap",
            "java.lang.StringBu",
            "java.lang.ThreadLocal",
            "java.nio.ByteBuffer",
            "io.netty.util.concurrent.FastThreadLocal");

    private Deeds() {}

    static ArchRule clocks() {
        return callersOutsideEdges(
                "read a clock",
                access -> calls(access, System.class, "nanoTime", "currentTimeMillis")
                        || calls(access, Clock.class, "systemUTC", "systemDefaultZone", "system", "tickMillis")
                        || (access.getTargetOwner().getPackageName().equals("java.time")
                                && access.getName().equals("now")));
    }

    static ArchRule randomness() {
        return callersOutsideEdges(
                "draw random numbers",
                access -> calls(access, Math.class, "random")
                        || calls(access, UUID.class, "randomUUID")
                        || calls(access, ThreadLocalRandom.class, "current")
                        || isNew(access, SecureRandom.class)
                        || isNew(access, Random.class));
    }

    static ArchRule threads() {
        return callersOutsideEdges(
                "start threads",
                access -> isNew(access, Thread.class)
                        || access.getTargetOwner().isEquivalentTo(Executors.class)
                        || isNew(access, ThreadPoolExecutor.class)
                        || isNew(access, Timer.class));
    }

    static ArchRule waits() {
        return callersOutsideEdges(
                "wait",
                access -> calls(access, Thread.class, "sleep", "join")
                        || calls(access, Object.class, "wait")
                        || calls(access, Future.class, "get", "join")
                        || calls(access, CountDownLatch.class, "await")
                        || calls(access, CyclicBarrier.class, "await")
                        || calls(access, Semaphore.class, "acquire")
                        || calls(access, BlockingQueue.class, "take", "put")
                        || calls(access, LockSupport.class, "park", "parkNanos")
                        || calls(access, Condition.class, "await")
                        || calls(access, io.netty.util.concurrent.Future.class, "sync", "await", "syncUninterruptibly")
                        || calls(access, io.netty.util.concurrent.Future.class, "awaitUninterruptibly"));
    }

    private static ArchRule callersOutsideEdges(String what, Predicate<JavaAccess<?>> offence) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(EDGES)
                .should()
                .accessTargetWhere(describe(what, offence))
                .as("only app and demo " + what);
    }

    private static boolean calls(JavaAccess<?> access, Class<?> owner, String... names) {
        return access.getTargetOwner().isAssignableTo(owner) && Set.of(names).contains(access.getName());
    }

    private static boolean isNew(JavaAccess<?> access, Class<?> type) {
        return access.getTargetOwner().isAssignableTo(type)
                && access.getName().equals("<init>")
                && !access.getOriginOwner().isAssignableTo(type);
    }

    static ArchRule staticFields() {
        return noFields().that(areWritten()).and().areStatic().should().notBeFinal();
    }

    static ArchRule constants() {
        return noFields()
                .that(areWritten())
                .and()
                .areStatic()
                .should(be(describe("of a type that changes", Deeds::changes)));
    }

    /** Not made by the compiler. */
    private static DescribedPredicate<JavaField> areWritten() {
        return describe("are written", field -> !field.getModifiers().contains(JavaModifier.SYNTHETIC));
    }

    /** An array that its class keeps to itself passes: only its own code could write to it. */
    private static boolean changes(JavaField field) {
        JavaClass type = field.getRawType();
        if (type.isArray()) {
            return !field.getModifiers().contains(JavaModifier.PRIVATE);
        }
        return !type.getName().endsWith("FieldUpdater")
                && MUTABLE_PREFIXES.stream().anyMatch(type.getName()::startsWith);
    }
}
