// SPDX-License-Identifier: Apache-2.0
/** Tests of the whole: real clients, a real proxy, and replicas that speak as llama-server and vLLM do, over real sockets. */
package dev.homing.e2e;
