// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A draft as the YAML that somebody who sees homing for the first time goes on from: each line says what it is for. */
public final class DraftYaml {

    /** Where comments at the end of lines begin. */
    private static final int COLUMN = 44;

    /** Addresses that YAML reads as they are without quotes. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]*(:[A-Za-z0-9._/-]+)+");

    private final StringBuilder text = new StringBuilder();
    private final Set<String> said = new HashSet<>();
    private final Frame frame;

    private DraftYaml(Frame frame) {
        this.frame = frame;
    }

    /**
     * What is around the backends.
     *
     * @param file what the file will be called
     * @param listen where clients connect to
     * @param admin where operators do
     * @param keyVariable the environment's variable that holds the key to send to backends; null = none is sent
     * @param ca a file with the authority of https backends; null = the system's ones
     */
    public record Frame(
            String file,
            String listen,
            String admin,
            @Nullable String keyVariable,
            @Nullable String ca) {}

    /** The whole file. */
    public static String of(Draft draft, Frame frame) {
        DraftYaml yaml = new DraftYaml(frame);
        yaml.head();
        yaml.listeners();
        if (draft.pools().size() == 1) {
            yaml.comment("", "The replicas: each has the same model, so that any of them can serve any conversation.");
            yaml.line("backends:", "");
            draft.pools().get(0).members().forEach(member -> yaml.backend("  ", member));
        } else {
            yaml.pools(draft);
            yaml.routes(draft.pools());
        }
        yaml.left(draft.left());
        yaml.upstream(draft);
        yaml.tail();
        return yaml.text.toString();
    }

    private void head() {
        comment(
                "",
                "One address in front of several llama-server or vLLM replicas. Written by `homing init` from what the replicas told.");
        comment("", "");
        comment(
                "",
                "  homing check -c " + frame.file()
                        + " --probe   what this would do, how the replicas are, and which of their flags are missing");
        comment(
                "",
                "  homing run -c " + frame.file() + "             serves; a changed file is taken up while it runs");
        comment("", "");
        comment("", "What is not in here has its default; docs/configuration.md tells every key.");
        blank();
    }

    private void listeners() {
        line(
                "listen: " + address(frame.listen()),
                "where clients connect to; with 0.0.0.0 in front other machines can");
        line("admin: " + address(frame.admin()), "dashboard, /metrics, /readyz: for this machine only");
        blank();
    }

    private void backend(String indent, Draft.Member member) {
        Survey survey = member.found().survey();
        comment(indent, survey.reached() ? survey.text() : survey.text() + " when this was written");
        if (survey.engine() instanceof Engine.Vllm && said.add("vllm")) {
            comment(
                    indent,
                    "A vLLM tells what its cache had when it is started with --enable-prompt-tokens-details, and the usage of streams to");
            comment(indent, "clients that ask for it, or with --enable-force-include-usage to all.");
        }
        line(indent + "- id: " + member.id(), "what sessions are bound to: keep it when the address changes");
        line(indent + "  url: " + address(member.found().url().toString()), "");
        if (member.weight() != 1) {
            line(
                    indent + "  weight: " + number(member.weight()),
                    "its share of new sessions, as it has more slots than others");
        }
        if (survey.engine() instanceof Engine.LlamaServer) {
            line(
                    indent + "  max_inflight: auto",
                    "as many requests at once as it has slots; others wait here, in order");
        }
    }

    private void pools(Draft draft) {
        comment("", "The replicas, by model: those of one pool can serve each other's conversations.");
        line("pools:", "");
        for (Draft.Pool pool : draft.pools()) {
            line("  " + pool.name() + ":", "");
            line("    backends:", "");
            pool.members().forEach(member -> backend("      ", member));
        }
        blank();
    }

    private void routes(List<Draft.Pool> pools) {
        comment(
                "",
                "Which requests go where, by the model that they ask for; the first that matches. `*` stands for any text.");
        line("routes:", "");
        for (Draft.Pool pool : pools) {
            for (String model : pool.models()) {
                line("  - {match: {model: " + quoted(model) + "}, pool: " + pool.name() + "}", "");
            }
        }
        line("  - {pool: " + pools.get(0).name() + "}", "every other model; without this line such a request gets 404");
    }

    private void left(List<Draft.Found> left) {
        if (left.isEmpty()) {
            return;
        }
        blank();
        comment("", "These told no model; each belongs in the pool of the model that it has:");
        for (Draft.Found found : left) {
            comment(
                    "",
                    "  - {id: NAME, url: " + address(found.url().toString()) + "}   "
                            + found.survey().text());
        }
    }

    private void upstream(Draft draft) {
        boolean locked = draft.pools().stream()
                .flatMap(pool -> pool.members().stream())
                .anyMatch(member -> member.found().survey().locked());
        if (frame.keyVariable() != null) {
            blank();
            line(
                    "upstream_authorization: Bearer ${" + frame.keyVariable() + "}",
                    "sent to replicas in place of what clients send");
        } else if (locked) {
            blank();
            comment(
                    "",
                    "The replicas want an API key. What clients send is passed on as it is; to send one for them all, and to let homing read");
            comment("", "the slots of llama-servers that show them to nobody else:");
            comment("", "upstream_authorization: Bearer ${BACKEND_API_KEY}");
        }
        if (frame.ca() != null) {
            blank();
            line("upstream_tls: {ca: " + quoted(frame.ca()) + "}", "who signed the certificates of the replicas");
        }
    }

    private void tail() {
        blank();
        comment(
                "",
                "A conversation is known by a header that its client sends: X-Session-Id, or that of Claude Code, Codex, OpenCode, Goose,");
        comment(
                "",
                "Open WebUI, LiteLLM or LibreChat. Requests without one go round robin; for clients that cannot send any, this takes model,");
        comment("", "system prompt and first user message for the conversation:");
        comment("", "affinity: {no_session: prefix}");
        blank();
        line("response_headers: true", "answers say X-Homing-Backend and X-Homing-Decision; without it they do not");
    }

    private void comment(String indent, String comment) {
        text.append(indent).append(comment.isEmpty() ? "#" : "# " + comment).append('\n');
    }

    private void line(String code, String comment) {
        text.append(code);
        // What holds for every backend is said of the first.
        if (!comment.isEmpty() && said.add(comment)) {
            text.append(" ".repeat(Math.max(2, COLUMN - code.length())))
                    .append("# ")
                    .append(comment);
        }
        text.append('\n');
    }

    private void blank() {
        text.append('\n');
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }

    private static String address(String text) {
        return PLAIN.matcher(text).matches() ? text : quoted(text);
    }

    /** A scalar that reads as that text: a dollar before a brace would otherwise begin a variable. */
    private static String quoted(String text) {
        return '"' + text.replace("${", "$${").replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
