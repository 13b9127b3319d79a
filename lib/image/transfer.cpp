// SPDX-License-Identifier: Apache-2.0
#include "image/transfer.hpp"

#include <csignal>
#include <poll.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/log.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "image/transfer_message.hpp"

namespace image {

namespace {

using base::Kind;

constexpr std::size_t kMostAnswer = 64 << 20;

/// Beside this program in a build tree, in libexec when installed.
std::string program() {
  const std::string here = base::executable_directory();
  for (const std::string& path :
       {here + "/berth-transfer", here + "/../libexec/berth/berth-transfer"}) {
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  base::fail(Kind::not_found, "berth-transfer is not installed beside {}", here);
}

/// Reads until the other side is done. A signal that this process catches is passed on: the child may not be the
/// terminal's, and it has to clean up.
std::string read_answer(int pipe, pid_t child) {
  std::string text;
  sigset_t all, old;
  ::sigfillset(&all);
  bool told = false;
  for (;;) {
    // Blocked between the look and the wait, no signal slips through.
    ::sigprocmask(SIG_BLOCK, &all, &old);
    if (base::is_interrupted() && !std::exchange(told, true)) ::kill(child, SIGTERM);
    pollfd polled{pipe, POLLIN, 0};
    const int ready = ::ppoll(&polled, 1, nullptr, &old);
    ::sigprocmask(SIG_SETMASK, &old, nullptr);
    if (ready <= 0) continue;
    char buffer[16384];
    const ssize_t n = base::retry([&] { return ::read(pipe, buffer, sizeof buffer); });
    if (n <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(n));
    if (text.size() > kMostAnswer) base::fail(Kind::bug, "berth-transfer answered without end");
  }
}

}  // namespace

base::Json Transfer::call(const std::string& operation,
                          const base::Json& request,
                          const std::vector<int>& pass) {
  store_.prepare();  // with what the user chose of it
  TransferMessage message{operation,
                          store_.paths().graphroot(),
                          store_.paths().runroot(),
                          base::logs(base::LogLevel::debug),
                          request,
                          {}};
  if (operation != "copy") {
    for (const auto& store : store_.image_stores())
      message.image_stores.push_back(store->paths().graphroot());
  }
  const base::UniqueFd asked = base::make_memory_file("request", base::to_json(message).dump());
  base::Pipe answer = base::make_pipe();
  const std::string path = program();
  std::vector<int> descriptors = {asked.get(), answer.write.get()};
  descriptors.insert(descriptors.end(), pass.begin(), pass.end());
  base::Child child = base::spawn({.argv = {path}, .in = STDIN_FILENO, .pass = descriptors});
  answer.write.reset();
  const std::string text = read_answer(answer.read.get(), child.pid());
  const base::ExitStatus status = child.wait();
  if (text.empty()) {
    base::check_interrupt();
    if (status.shell_code() == 128 + SIGINT) throw base::Interrupted(SIGINT);
    if (status.shell_code() == 128 + SIGTERM) throw base::Interrupted(SIGTERM);
    base::fail(Kind::bug, "berth-transfer ended with code {} and no answer", status.shell_code());
  }
  const auto answered = base::from_json_text<TransferAnswer>(text, "berth-transfer's answer");
  if (answered.error) throw from_message(*answered.error);
  return answered.result;
}

PullResult Transfer::pull(const PullRequest& request) {
  return base::from_json<PullResult>(call("pull", base::to_json(request)), "pull");
}

PushResult Transfer::push(const PushRequest& request) {
  return base::from_json<PushResult>(call("push", base::to_json(request)), "push");
}

KnownLogin Transfer::find_login(const LoginPlace& place) {
  return base::from_json<KnownLogin>(call("find-login", base::to_json(place)), "login");
}

LoginResult Transfer::login(const LoginRequest& request) {
  return base::from_json<LoginResult>(call("login", base::to_json(request)), "login");
}

LogoutResult Transfer::logout(const LogoutRequest& request) {
  return base::from_json<LogoutResult>(call("logout", base::to_json(request)), "logout");
}

LoadResult Transfer::load(const LoadRequest& request) {
  return base::from_json<LoadResult>(call("load", base::to_json(request)), "load");
}

void Transfer::save(const SaveRequest& request) {
  call("save", base::to_json(request));
}

CopyResult Transfer::copy(const CopyRequest& request, CopyEnds ends) {
  return base::from_json<CopyResult>(
      call("copy", base::to_json(request), {ends.source, ends.target}), "copy");
}

ImportResult Transfer::commit(const CommitRequest& request, int root, int delta) {
  std::vector<int> pass = {root};
  if (delta >= 0) pass.push_back(delta);
  return base::from_json<ImportResult>(call("commit", base::to_json(request), pass), "commit");
}

ImportResult Transfer::import(const ImportRequest& request) {
  return base::from_json<ImportResult>(call("import", base::to_json(request)), "import");
}

}  // namespace image
