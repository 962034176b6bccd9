// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelListTest {

    private final ModelList models = new ModelList();

    @Test
    void entriesPassAsTheyCameInTheOrderOfTheServers() {
        add(
                "{'object':'list','data':[{'id':'b','created':1795220284,'max_model_len':131072,'x':[0.50,null,{'y':1e400}]}]}");
        add("{'data':[{'id':'a','meta':{'n_params':12345678901234567890}},{'id':'\u00fc'}],'more':1}");

        assertThat(json())
                .isEqualTo(
                        "{'object':'list','data':[{'id':'b','created':1795220284,'max_model_len':131072,"
                                + "'x':[0.50,null,{'y':1E+400}]},{'id':'a','meta':{'n_params':12345678901234567890}},{'id':'\u00fc'}]}");
    }

    @Test
    void aModelThatSeveralListIsThereOnce() {
        add("{'data':[{'id':'a','owned_by':'one'},{'id':'a','owned_by':'again'}]}");
        add("{'data':[{'id':'b'},{'id':'a','owned_by':'two'}]}");

        assertThat(json()).isEqualTo("{'object':'list','data':[{'id':'a','owned_by':'one'},{'id':'b'}]}");
    }

    @Test
    void whatALlamaServerListsBesideItIsJoinedToo() {
        add("{'object':'list','data':[{'id':'v'}]}");
        add("{'models':[{'name':'l','model':'l'}],'object':'list','data':[{'id':'l'}]}");
        add("{'models':[{'name':'l','model':'l','size':'other'},{'name':'nameless'}],'data':[]}");

        assertThat(json())
                .isEqualTo("{'models':[{'name':'l','model':'l'}],'object':'list','data':[{'id':'v'},{'id':'l'}]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "'data'",
                "{}",
                "{'data':{}}",
                "{'data':'a'}",
                "{'data':[{'id':'a'}]",
                "{'data':[{'id':'a'}]} {}",
                "<html>"
            })
    void whatIsNoListIsSaidToBeNone(String text) {
        assertThat(models.add(bytes(text))).isFalse();
        assertThat(json()).isEqualTo("{'object':'list','data':[]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'name':'a'}", "{'id':7}", "{'id':null}", "'a'", "null", "[]"})
    void anEntryThatNamesNoModelIsLeftOut(String entry) {
        add("{'data':[" + entry + ",{'id':'b'}]}");

        assertThat(json()).isEqualTo("{'object':'list','data':[{'id':'b'}]}");
    }

    private void add(String json) {
        assertThat(models.add(bytes(json))).isTrue();
    }

    private String json() {
        return new String(models.json(), UTF_8).replace('"', '\'');
    }

    private static byte[] bytes(String text) {
        return text.replace('\'', '"').getBytes(UTF_8);
    }
}
