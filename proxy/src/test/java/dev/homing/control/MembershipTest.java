// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.control.Membership.Member;
import dev.homing.control.Names.Replica;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MembershipTest {

    private static final long NOW = -7;

    @Test
    void anAnswerBringsItsReplicasAtOnceInTheSameOrderWhateverItsOwn() {
        Membership one = Membership.NONE.on(replicas("b", "a", "c"), NOW);
        Membership other = Membership.NONE.on(replicas("c", "b", "a", "a"), NOW);

        assertThat(one).isEqualTo(other);
        assertThat(one.members()).extracting(member -> member.replica().label()).containsExactly("a", "b", "c");
        assertThat(one.members()).noneMatch(Member::leaving);
    }

    @Test
    void aReplicaLeavesWithTheThirdAnswerInARowThatIsWithoutIt() {
        Membership membership = Membership.NONE.on(replicas("a", "b"), 1);

        membership = membership.on(replicas("a"), 2).on(replicas("a"), 3);
        assertThat(membership.members()).containsExactly(member("a", 0, 0), member("b", 2, 0));
        membership = membership.on(replicas("a"), 4);
        assertThat(membership.members()).containsExactly(member("a", 0, 0), member("b", 3, 4));
        assertThat(membership.members().get(1).leaving()).isTrue();
        membership = membership.on(replicas("a"), 5);
        assertThat(membership.members()).containsExactly(member("a", 0, 0), member("b", 3, 4));
    }

    @Test
    void oneAnswerWithItIsEnoughForAReplicaToStay() {
        Membership membership = Membership.NONE.on(replicas("a", "b"), 1);

        membership = membership.on(replicas("a"), 2).on(replicas("a"), 3).on(replicas("b"), 4);

        assertThat(membership.members()).containsExactly(member("a", 1, 0), member("b", 0, 0));
    }

    @Test
    void aReplicaThatWasLeavingComesBackAsItWas() {
        Membership membership = Membership.NONE.on(replicas("a", "b"), 1);
        for (int answer = 2; answer < 6; answer++) {
            membership = membership.on(replicas("a"), answer);
        }

        assertThat(membership.on(replicas("a", "b"), 9).members())
                .containsExactly(member("a", 0, 0), member("b", 0, 0));
    }

    @Test
    void aNewAddressOfAReplicaIsTheSameReplica() throws UnknownHostException {
        Replica moved = new Replica("a", InetAddress.getByName("10.9.9.9"), 8000, 1);

        assertThat(Membership.NONE.on(replicas("a"), 1).on(List.of(moved), 2).members())
                .containsExactly(new Member(moved, 0, 0));
    }

    @Test
    void onlyThoseThatLeaveAreEverDone() {
        Membership membership = Membership.NONE.on(replicas("a", "b"), 1);
        for (int answer = 2; answer < 5; answer++) {
            membership = membership.on(replicas("a"), answer);
        }

        assertThat(membership.without(member -> true).members()).containsExactly(member("a", 0, 0));
        assertThat(membership.without(member -> false)).isEqualTo(membership);
    }

    @Test
    void ofAnotherNameTheFirstAnswerDecides() {
        Membership membership = Membership.NONE.on(replicas("a", "b"), 1).doubted();

        assertThat(membership.members()).noneMatch(Member::leaving);
        assertThat(membership.on(replicas("b"), 2).members()).containsExactly(member("a", 3, 2), member("b", 0, 0));
    }

    @Test
    void thereAreNeverMoreThanTheBoundAndThoseThatServeComeFirst() {
        List<String> labels = IntStream.range(0, Membership.MOST + 50)
                .mapToObj(i -> "r%03d".formatted(i))
                .toList();
        List<String> later = labels.subList(100, labels.size());

        Membership membership = Membership.NONE.on(replicas(labels), 1);
        assertThat(membership.members()).hasSize(Membership.MOST);
        assertThat(membership.members().get(Membership.MOST - 1).replica().label())
                .isEqualTo("r255");
        for (int answer = 2; answer < 5; answer++) {
            membership = membership.on(replicas(later), answer);
        }
        assertThat(membership.members()).hasSize(Membership.MOST);
        assertThat(membership.members().stream().filter(member -> !member.leaving()))
                .extracting(member -> member.replica().label())
                .containsExactlyElementsOf(later);
    }

    private static Member member(String label, int missed, long left) {
        return new Member(replica(label), missed, left);
    }

    private static List<Replica> replicas(String... labels) {
        return Stream.of(labels).map(MembershipTest::replica).toList();
    }

    private static List<Replica> replicas(List<String> labels) {
        return new ArrayList<>(labels.stream().map(MembershipTest::replica).toList());
    }

    private static Replica replica(String label) {
        return new Replica(label, InetAddress.getLoopbackAddress(), 8000, 1);
    }
}
