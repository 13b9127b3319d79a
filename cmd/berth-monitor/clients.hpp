// SPDX-License-Identifier: Apache-2.0
// Those who talk to the monitor: the client that starts the container (on the control socket) and
// any that connect to the attach socket later. Output that a socket does not take waits in memory:
// the starting client holds the container up meanwhile, a later one is dropped when it lags too far
// behind.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "log.hpp"
#include "plan.hpp"

namespace monitor {

/// Takes over the control socket, as the first client.
void add_first_client(const Plan& plan, int control);

/// Makes the attach socket in the working directory; false when that cannot be.
bool open_attach_socket();

void accept_clients();

/// A client's socket is ready for `events` (of epoll).
void serve_client(uint32_t index, uint32_t events);

/// Reads clients that wait until stdin takes more.
void resume_clients();

void send_output(Stream stream, const char* data, size_t size);
void send_started();
void send_failed(const char* text, size_t size);

/// Tells all clients, also those that come later, that the container has ended.
void send_exit(const protocol::ExitNotice& notice);

/// The container has ended or has not started: takes in what clients have said up to now, and
/// forgets input.
void settle_clients();

/// True once a client has asked for the command of a container that waits for it (FrameKind::begin).
bool begin_is_asked();

/// True while some client has promised to clean up and has neither done so nor gone.
bool cleanup_is_promised();

/// True when a client has cleaned up.
bool cleanup_is_done();

/// True while output waits for the starting client, or (`for_later`) for any.
bool output_waits(bool for_later);

}  // namespace monitor
