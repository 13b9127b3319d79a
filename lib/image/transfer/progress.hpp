// SPDX-License-Identifier: Apache-2.0
// What a pull or push tells while it goes on: plain lines in a stable order for files and pipes, and on a terminal a line with a
// bar per layer that moves.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

namespace image {

class Progress {
 public:
  enum class Words { docker, podman, none };

  enum class Direction { pull, push };

  /// Writes to `fd`, live when it is a terminal.
  Progress(Words words, int fd, Direction direction = Direction::pull);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Takes the live lines away.
  ~Progress();

  bool speaks(Words words) const { return words_ == words; }

  /// A whole line that stays.
  void say(const std::string& line);

  enum class State { waiting, downloading, downloaded, complete };

  /// A layer on its way. What moves it counts in `bytes` and moves `state`; both may change in any thread.
  struct Layer {
    std::string digest;  ///< of the blob, "sha256:…"
    std::int64_t size = 0;
    std::atomic<std::int64_t> bytes = 0;
    std::atomic<State> state = State::waiting;
    State told = State::waiting;
    std::string outcome = {};  ///< of a push, set before it is complete: "Pushed"
  };

  Layer& add_layer(const std::string& digest, std::int64_t size);

  /// A layer that need not be fetched.
  void add_existing(const std::string& digest);

  /// Podman's lines before the blobs of an image are copied, and after them.
  void begin_copy();
  void end_copy(const std::string& config_digest);

  /// Tells what has changed. Called every now and then by one thread.
  void update();

  /// The last update: every layer is complete.
  void finish();

 private:
  void tell_plain();
  void draw();
  std::string bar_line(const Layer& layer, int columns) const;
  std::string end_of(const Layer& layer) const;
  void write(const std::string& text);

  Words words_;
  int fd_;
  Direction direction_;
  bool live_;
  int drawn_ = 0;  // lines of the live area
  std::deque<Layer> layers_;
};

}  // namespace image
