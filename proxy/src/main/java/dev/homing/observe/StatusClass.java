// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

/** How a request ended for its client, as a label: a closed set, whatever a backend answers. */
enum StatusClass {
    INFORMATIONAL("1xx"),
    SUCCESS("2xx"),
    REDIRECT("3xx"),
    CLIENT_ERROR("4xx"),
    SERVER_ERROR("5xx"),
    /** The client left before its answer was complete, whatever status it had been sent. */
    CLIENT_GONE("client_gone"),
    /** No status was sent to a client that was still there: its connection was cut. */
    NONE("none");

    private final String label;

    StatusClass(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /**
     * The class of one ended request.
     *
     * @param status 0 = none was sent; from 600 on it counts as an error of the server (RFC 9110 section 15)
     */
    static StatusClass of(int status, boolean clientGone) {
        if (clientGone) {
            return CLIENT_GONE;
        }
        return switch (status / 100) {
            case 0 -> NONE;
            case 1 -> INFORMATIONAL;
            case 2 -> SUCCESS;
            case 3 -> REDIRECT;
            case 4 -> CLIENT_ERROR;
            default -> SERVER_ERROR;
        };
    }
}
