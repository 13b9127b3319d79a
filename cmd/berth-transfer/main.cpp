// SPDX-License-Identifier: Apache-2.0
// berth-transfer: what needs libcurl, TLS, libarchive and compression, in a process of its own. Started by
// image::Transfer only (lib/image/transfer_message.hpp).
#include <clocale>
#include <csignal>
#include <map>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/interrupt.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"
#include "image/transfer/archive_import.hpp"
#include "image/transfer/archive_load.hpp"
#include "image/transfer/archive_save.hpp"
#include "image/transfer/commit_layer.hpp"
#include "image/transfer/copy_tree.hpp"
#include "image/transfer/login.hpp"
#include "image/transfer/pull.hpp"
#include "image/transfer/push.hpp"
#include "image/transfer_message.hpp"

namespace {

using base::Json;
using image::TransferMessage;
using storage::Store;

constexpr std::size_t kMostRequest = 64 << 20;

template <typename Request>
Request read(const Json& json) {
  return base::from_json<Request>(json, "request");
}

using Operation = Json (*)(Store&, const Json&);

constexpr std::pair<std::string_view, Operation> kOperations[] = {
    {"pull",
     [](Store& store, const Json& request) {
       return base::to_json(image::pull_image(store, read<image::PullRequest>(request)));
     }},
    {"push",
     [](Store& store, const Json& request) {
       return base::to_json(image::push_images(store, read<image::PushRequest>(request)));
     }},
    {"find-login",
     [](Store&, const Json& request) {
       return base::to_json(image::find_login(read<image::LoginPlace>(request)));
     }},
    {"login",
     [](Store&, const Json& request) {
       return base::to_json(image::login(read<image::LoginRequest>(request)));
     }},
    {"logout",
     [](Store&, const Json& request) {
       return base::to_json(image::logout(read<image::LogoutRequest>(request)));
     }},
    {"load",
     [](Store& store, const Json& request) {
       return base::to_json(
           image::load_archive(store, read<image::LoadRequest>(request), STDIN_FILENO));
     }},
    {"save",
     [](Store& store, const Json& request) {
       image::save_archive(store, read<image::SaveRequest>(request), STDOUT_FILENO);
       return Json(nullptr);
     }},
    {"import",
     [](Store& store, const Json& request) {
       return base::to_json(
           image::import_archive(store, read<image::ImportRequest>(request), STDIN_FILENO));
     }},
    {"commit",
     [](Store& store, const Json& request) {
       const auto asked = read<image::CommitRequest>(request);
       const base::UniqueFd root(image::kSourceDescriptor);
       const base::UniqueFd delta(asked.is_delta ? image::kTargetDescriptor : -1);
       return base::to_json(image::commit_image(store, asked, root.get(), delta.get()));
     }},
    {"copy",
     [](Store&, const Json& request) {
       const base::UniqueFd source(image::kSourceDescriptor), target(image::kTargetDescriptor);
       return base::to_json(
           image::copy_tree(read<image::CopyRequest>(request), {source.get(), target.get()}));
     }},
};

Json perform(const TransferMessage& message) {
  for (const auto& [name, operation] : kOperations) {
    if (name != message.operation) continue;
    Store store(message.graphroot, message.runroot);
    store.use_image_stores([&message] { return message.image_stores; });
    return operation(store, message.request);
  }
  base::fail(base::Kind::bug, "unknown operation {}", message.operation);
}

image::TransferAnswer answer_to(const std::string& text) {
  try {
    const auto message = base::from_json_text<TransferMessage>(text, "request");
    if (message.debug) base::set_log_level(base::LogLevel::debug);
    return {perform(message), std::nullopt};
  } catch (const base::Error& e) {
    return {nullptr, image::to_message(e)};
  } catch (const std::bad_alloc&) {
    return {nullptr, image::to_message({base::Kind::io, "out of memory"})};
  }
}

void prepare_process() {
  // A command that is killed takes its transfer along; what lies in staging/ then is swept by the next one.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  ::signal(SIGPIPE, SIG_IGN);        // a closed stdout or connection is an error, not the end
  ::setlocale(LC_CTYPE, "C.UTF-8");  // else libarchive refuses names that are not ASCII
  base::catch_interrupts();
}

}  // namespace

int main() {
  prepare_process();
  try {
    const base::UniqueFd request(image::kRequestDescriptor), answer(image::kAnswerDescriptor);
    const auto answered = answer_to(base::read_rest(request.get(), kMostRequest));
    base::write_full(answer.get(),
                     base::to_json(answered).dump(-1, ' ', false, Json::error_handler_t::replace));
    return answered.error ? 1 : 0;
  } catch (const base::Interrupted& e) {
    return 128 + e.signal();
  } catch (const base::Error& e) {
    base::write_log(base::LogLevel::error, "berth-transfer is started by berth: " + e.message());
    return 2;
  }
}
