// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/progress.hpp"

#include <algorithm>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/log.hpp"

namespace image {

namespace {

struct Screen {
  int rows = 24, columns = 80;
};

Screen screen_of(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0) return {};
  return {size.ws_row, size.ws_col};
}

/// docker's bar: "[=====>     ]".
std::string bar(double part, int width) {
  const int filled = std::clamp(static_cast<int>(part * width), 0, width);
  if (filled == width) return "[" + std::string(static_cast<std::size_t>(width), '=') + "]";
  return "[" + std::string(static_cast<std::size_t>(filled), '=') + ">" +
         std::string(static_cast<std::size_t>(width - filled - 1), ' ') + "]";
}

}  // namespace

Progress::Progress(Words words, int fd, Direction direction)
    : words_(words), fd_(fd), direction_(direction), live_(::isatty(fd) == 1) {}

Progress::~Progress() {
  if (drawn_ > 0) write(fmt::format("\x1b[{}A\x1b[J", drawn_));
}

void Progress::write(const std::string& text) {
  // Progress that nobody can read any more is no reason to fail.
  [[maybe_unused]] const ssize_t n = ::write(fd_, text.data(), text.size());
}

void Progress::say(const std::string& line) {
  if (words_ == Words::none) return;
  const std::string erase = drawn_ > 0 ? fmt::format("\x1b[{}A\x1b[J", drawn_) : "";
  drawn_ = 0;
  write(erase + base::printable(line) + "\n");
}

Progress::Layer& Progress::add_layer(const std::string& digest, std::int64_t size) {
  Layer& layer = layers_.emplace_back();
  layer.digest = digest;
  layer.size = size;
  if (words_ == Words::podman) say("Copying blob " + digest);
  const bool is_push = direction_ == Direction::push;
  if (words_ == Words::docker && !live_)
    say(base::short_id(digest) + (is_push ? ": Waiting" : ": Pulling fs layer"));
  return layer;
}

void Progress::add_existing(const std::string& digest) {
  if (words_ == Words::podman) say("Copying blob " + digest);
  if (words_ == Words::docker) say(base::short_id(digest) + ": Already exists");
}

void Progress::begin_copy() {
  if (words_ == Words::podman) say("Getting image source signatures");
}

void Progress::end_copy(const std::string& config_digest) {
  if (words_ != Words::podman) return;
  say("Copying config " + config_digest);
  say("Writing manifest to image destination");
}

void Progress::update() {
  if (words_ == Words::none) return;
  if (live_)
    draw();
  else
    tell_plain();
}

void Progress::finish() {
  update();
  if (words_ != Words::docker || live_ || direction_ == Direction::push) return;
  for (const auto& layer : layers_) say(end_of(layer));
}

std::string Progress::end_of(const Layer& layer) const {
  const bool is_push = direction_ == Direction::push;
  return base::short_id(layer.digest) + ": " + (is_push ? layer.outcome : "Pull complete");
}

/// In order, whichever is ready first: the same pull prints the same lines.
void Progress::tell_plain() {
  const bool is_push = direction_ == Direction::push;
  const State wanted = is_push ? State::complete : State::downloaded;
  for (auto& layer : layers_) {
    if (layer.state < wanted) return;
    if (std::exchange(layer.told, wanted) == wanted) continue;
    if (words_ == Words::docker)
      say(is_push ? end_of(layer) : base::short_id(layer.digest) + ": Download complete");
  }
}

std::string Progress::bar_line(const Layer& layer, int columns) const {
  const std::string id = base::short_id(layer.digest);
  const State state = layer.state;
  if (state == State::waiting) return id + ": Waiting";
  if (state == State::downloaded) return id + ": Extracting";
  const auto bytes = static_cast<double>(layer.bytes.load()),
             size = static_cast<double>(layer.size);
  const std::string sizes = fmt::format("{}/{}", base::human_size(bytes), base::human_size(size));
  const int width = std::min(50, columns - 31 - std::max(17, static_cast<int>(sizes.size())));
  if (width < 5) return fmt::format("{}: {}", id, sizes);
  return fmt::format("{}: {} {} {:>17}",
                     id,
                     direction_ == Direction::push ? "Pushing" : "Downloading",
                     bar(size > 0 ? bytes / size : 0, width),
                     sizes);
}

/// Layers that are complete move up and stay; those on their way are drawn again below them, as many as fit.
void Progress::draw() {
  const Screen screen = screen_of(fd_);
  std::string text = drawn_ > 0 ? fmt::format("\x1b[{}A\x1b[J", drawn_) : "";
  std::string below;
  drawn_ = 0;
  for (auto& layer : layers_) {
    if (layer.told == State::complete) continue;
    if (layer.state == State::complete) {
      layer.told = State::complete;
      text += base::printable(end_of(layer)) + "\n";
    } else if (drawn_ < screen.rows - 2) {
      below +=
          bar_line(layer, screen.columns).substr(0, static_cast<std::size_t>(screen.columns - 1)) +
          "\n";
      ++drawn_;
    }
  }
  write(text + below);
}

}  // namespace image
