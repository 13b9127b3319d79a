// SPDX-License-Identifier: Apache-2.0
#include "network/network.hpp"

#include "base/user_namespace.hpp"
#include "network/bridge.hpp"
#include "network/pasta.hpp"

namespace network {

Endpoint connect(storage::Store& store,
                 const ConnectRequest& request,
                 int namespace_fd,
                 std::vector<base::UniqueFd>* held) {
  if (base::is_rootless()) return connect_pasta(store.paths(), request, namespace_fd);
  return connect_bridge(store.paths(), request, namespace_fd, held);
}

void disconnect(storage::Store& store, const std::string& container_id, const Endpoint& endpoint) {
  if (endpoint.network == "pasta")
    disconnect_pasta(store.paths(), container_id, endpoint);
  else
    disconnect_bridge(store.paths(), endpoint);
}

std::vector<std::string> sweep(storage::Store& store, const IsAlive& is_alive) {
  auto found = sweep_pasta(store.paths(), is_alive);
  const auto more = sweep_bridge(store.paths(), is_alive);
  found.insert(found.end(), more.begin(), more.end());
  return found;
}

void remove_all(storage::Store& store) {
  sweep_pasta(store.paths(), [](const std::string&) { return false; });
  remove_bridge(store.paths());
}

}  // namespace network
