// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import java.util.List;

/**
 * What was seen of a backend.
 *
 * @param models in the order in which it lists them; empty when it lists none, or not to us
 * @param locked whether it wants an API key, or another one than it was given
 */
public record Survey(Finding finding, Engine engine, List<Model> models, boolean locked) {

    /** More names than this are not told in a line. */
    private static final int NAMED = 3;

    public Survey {
        models = List.copyOf(models);
    }

    /**
     * A model that it serves.
     *
     * @param name what requests call it
     * @param context tokens that a request may have; 0 = it does not tell
     */
    public record Model(String name, long context) {

        /** What two machines call one file alike: the last part of a path. */
        public String shortName() {
            return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        }
    }

    /** Requests that it works on at once; 0 = it does not tell. */
    public int slots() {
        return engine instanceof Engine.LlamaServer llama && llama.props() != null
                ? llama.props().slots()
                : 0;
    }

    /** Tokens that a request may have; 0 = it does not tell. */
    public long context() {
        if (engine instanceof Engine.LlamaServer llama
                && llama.props() != null
                && llama.props().context() > 0) {
            return llama.props().context();
        }
        return models.isEmpty() ? 0 : models.get(0).context();
    }

    /** Whether anything answered. */
    public boolean reached() {
        return !(finding instanceof Finding.Unreached);
    }

    /** In one line for people: what it is and how it was found. */
    public String text() {
        if (!reached()) {
            return finding.text();
        }
        StringBuilder text = new StringBuilder(engine.text());
        if (!models.isEmpty()) {
            text.append(models.size() == 1 ? ", model " : ", models ").append(names());
        }
        if (slots() > 0) {
            text.append(", ").append(slots()).append(slots() == 1 ? " slot" : " slots");
        }
        if (context() > 0) {
            text.append(", context ").append(context());
        }
        return text.append(locked ? ", wants an API key" : "")
                .append(", ")
                .append(finding.text())
                .toString();
    }

    private String names() {
        String first =
                String.join(", ", models.stream().limit(NAMED).map(Model::name).toList());
        return models.size() > NAMED ? first + " and " + (models.size() - NAMED) + " more" : first;
    }
}
