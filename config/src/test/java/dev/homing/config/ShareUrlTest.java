// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.ShareAddress.Access;
import dev.homing.config.ShareAddress.Kind;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The address of a fleet's table, as it is written. */
class ShareUrlTest {

    private static final String GOOD = "backends: [{id: a, url: 'http://127.0.0.1:9101'}]\n";
    private static final Access OPEN = new Access(false, null, null, null);

    @Test
    void aRedisIsAHostAndPerhapsAPortADatabaseAndWhoAsks() {
        assertThat(share("redis://cache")).isEqualTo(single(new Address("cache", 6379), 0, OPEN));
        assertThat(share("redis://10.0.0.9:7000/3")).isEqualTo(single(new Address("10.0.0.9", 7000), 3, OPEN));
        assertThat(share("redis://[fd00::1]:7000/")).isEqualTo(single(new Address("fd00::1", 7000), 0, OPEN));
        assertThat(share("redis://:p%40ss+@cache/0"))
                .isEqualTo(single(new Address("cache", 6379), 0, new Access(false, null, null, new Secret("p@ss+"))));
        assertThat(share("rediss://homing:secret@cache:6380?ca=/etc/homing/ca%20of%20cache.pem"))
                .isEqualTo(single(
                        new Address("cache", 6380),
                        0,
                        new Access(true, Path.of("/etc/homing/ca of cache.pem"), "homing", new Secret("secret"))));
    }

    @Test
    void sentinelsAndClustersAreLists() {
        assertThat(share("redis-sentinel://a,b:26380,[::1]/2#mymaster"))
                .isEqualTo(new ShareAddress(
                        Kind.SENTINEL,
                        List.of(new Address("a", 26379), new Address("b", 26380), new Address("::1", 26379)),
                        "mymaster",
                        2,
                        OPEN));
        assertThat(share("rediss-cluster://a:7000,b"))
                .isEqualTo(new ShareAddress(
                        Kind.CLUSTER,
                        List.of(new Address("a", 7000), new Address("b", 6379)),
                        null,
                        0,
                        new Access(true, null, null, null)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://cache",
                "redis:cache",
                "redis://",
                "redis://a,b",
                "redis://user@cache",
                "redis://cache:0",
                "redis://cache:65536",
                "redis://cache/one",
                "redis://cache/0/1",
                "redis://cache#master",
                "redis://cache?ca=/x.pem",
                "rediss://cache?timeout=1s",
                "redis://:a%zz@cache",
                "redis-sentinel://a,b",
                "redis-sentinel://a,,b#m",
                "redis-cluster://a/1",
                "redis-cluster://a#m",
                "redis-cluster:// a",
            })
    void anythingElseIsRefused(String url) {
        assertThat(Project.errors(GOOD + "affinity: {share: '" + url + "'}\n"))
                .singleElement()
                .asString()
                .contains("affinity.share: found a value that is not shown, expected redis://");
    }

    @ParameterizedTest
    @CsvSource({
        "redis://cache,redis://cache:6379/0",
        "redis://:pw@cache,redis://:***@cache:6379/0",
        "rediss://a%20b:pw@cache:1/7?ca=/etc/ca%20x.pem,rediss://a%20b:***@cache:1/7?ca=/etc/ca%20x.pem",
        "'redis-sentinel://a,b/1#m','redis-sentinel://a:26379,b:26379/1#m'",
        "'redis-cluster://[::1],b:7000','redis-cluster://[::1]:6379,b:7000'",
    })
    void itIsShownWithoutThePasswordAndReadsAsTheSame(String url, String shown) {
        ShareAddress share = share(url);

        assertThat(share.shown()).isEqualTo(shown);
        assertThat(share(shown).toString()).isEqualTo(share.toString());
    }

    private static ShareAddress share(String url) {
        return Project.read(GOOD + "affinity: {share: '" + url + "'}\n")
                .defaults()
                .affinity()
                .table()
                .share();
    }

    private static ShareAddress single(Address node, int database, Access access) {
        return new ShareAddress(Kind.SINGLE, List.of(node), null, database, access);
    }
}
