// SPDX-License-Identifier: Apache-2.0
#include "log.hpp"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "encode.hpp"
#include "journal.hpp"
#include "rotate.hpp"
#include "sys.hpp"

namespace monitor {

namespace {

constexpr size_t kLongestLine = 16 * 1024;
constexpr size_t kPage = 4096;

/// A stream's line that has not ended yet.
struct Line {
  char* bytes;
  size_t size;
  uint64_t since;  ///< when its first bytes came, for all pieces of it
  bool continued;  ///< a piece of it is written already
};

// Zero pages that cost nothing until touched; shrink_log gives them back.
alignas(kPage) char written_behind[128 * 1024];
alignas(kPage) char kept[2][kLongestLine];
Line lines[2] = {{kept[0], 0, 0, false}, {kept[1], 0, 0, false}};

struct Log {
  int fd = -1;
  const char* path;
  const char* attributes = "";
  protocol::LogFormat format;
  int utc_offset;  ///< minutes
  int64_t max_size;
  uint32_t max_files;
  int64_t size;  ///< of the file
  bool torn;     ///< the file ends within a line: of a killed monitor, or because the disk was full
  Text buffer{written_behind, sizeof written_behind};
} log_file;

bool open_file() {
  log_file.fd = open(log_file.path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0640);

  struct stat file {};

  if (log_file.fd < 0 || fstat(log_file.fd, &file) < 0) return false;
  log_file.size = file.st_size;
  char last = '\n';
  if (file.st_size > 0 && pread(log_file.fd, &last, 1, file.st_size - 1) != 1) return false;
  log_file.torn = last != '\n';
  return true;
}

void flush() {
  Text& buffer = log_file.buffer;
  if (buffer.size == 0) return;
  if (log_file.torn) log_file.torn = !write_all(log_file.fd, "\n", 1);
  // A full disk loses lines, never the container; the next line that fits begins on a line of its
  // own.
  if (!write_all(log_file.fd, buffer.data, buffer.size)) log_file.torn = true;
  log_file.size += static_cast<int64_t>(buffer.size);
  buffer.size = 0;
}

/// Like Docker, a file that has reached its size is put aside before the next line, so no line is
/// ever cut.
void rotate_if_full() {
  if (log_file.max_size <= 0) return;
  if (log_file.size + static_cast<int64_t>(log_file.buffer.size) < log_file.max_size) return;
  flush();
  close_fd(log_file.fd);
  rotate_files(log_file.path, log_file.max_files);
  open_file();
}

bool is_journal() {
  return log_file.format == protocol::LogFormat::journald;
}

bool is_open() {
  return log_file.fd >= 0 || is_journal();
}

void write_entry(Stream stream, const char* bytes, size_t size, uint64_t time, bool complete) {
  if (is_journal()) {
    return send_to_journal({"", bytes, size, time, complete}, stream == Stream::err);
  }
  rotate_if_full();
  if (log_file.buffer.capacity - log_file.buffer.size < longest_entry(size)) flush();
  const Entry entry{stream == Stream::out ? "stdout" : "stderr",
                    bytes,
                    size,
                    time,
                    complete,
                    log_file.attributes};
  if (log_file.format == protocol::LogFormat::json_file)
    encode_json(entry, log_file.buffer);
  else
    encode_k8s(entry, log_file.utc_offset, log_file.buffer);
}

void write_line(Stream stream, const char* bytes, size_t size, uint64_t time, bool complete) {
  Line& line = lines[static_cast<unsigned>(stream)];
  write_entry(stream, bytes, size, line.continued ? line.since : time, complete);
  if (!line.continued) line.since = time;
  line.continued = !complete;
}

/// Keeps the beginning of a line. When it has grown to its longest, all but a cut-off character is
/// written.
size_t keep(Stream stream, const char* data, size_t size, uint64_t time) {
  Line& line = lines[static_cast<unsigned>(stream)];
  if (line.size == 0 && !line.continued) line.since = time;
  const size_t room = kLongestLine - line.size;
  const size_t taken = size < room ? size : room;
  memcpy(line.bytes + line.size, data, taken);
  line.size += taken;
  if (line.size == kLongestLine) {
    const size_t whole = whole_characters(line.bytes, line.size);
    write_line(stream, line.bytes, whole, line.since, /*complete=*/false);
    memmove(line.bytes, line.bytes + whole, line.size - whole);
    line.size -= whole;
  }
  return taken;
}

/// Ends a line with what is kept of it and its last `size` bytes.
void finish(Stream stream, const char* data, size_t size, uint64_t time) {
  Line& line = lines[static_cast<unsigned>(stream)];
  if (line.size == 0) return write_line(stream, data, size, time, /*complete=*/true);
  memcpy(line.bytes + line.size, data, size);
  write_line(stream, line.bytes, line.size + size, line.since, /*complete=*/true);
  line.size = 0;
}

}  // namespace

bool open_log(const Plan& plan) {
  log_file.path = plan.log_path;
  log_file.format = plan.header->log_format;
  log_file.utc_offset = plan.header->utc_offset_minutes;
  log_file.attributes = plan.log_attributes;
  log_file.max_size = plan.header->log_max_size;
  log_file.max_files = plan.header->log_max_files;
  if (is_journal()) return open_journal(plan.log_attributes);
  return log_file.format == protocol::LogFormat::none || open_file();
}

void log_output(Stream stream, const char* data, size_t size) {
  if (!is_open()) return;
  const uint64_t time = now();
  const Line& line = lines[static_cast<unsigned>(stream)];
  while (size > 0) {
    // Only as far as the line may grow: a line end behind that belongs to the last piece.
    const size_t room = kLongestLine - line.size;
    const auto* end = static_cast<const char*>(memchr(data, '\n', size < room ? size : room));
    const size_t length = end ? static_cast<size_t>(end - data) : 0;
    if (end) finish(stream, data, length, time);
    const size_t used = end ? length + 1 : keep(stream, data, size, time);
    data += used;
    size -= used;
  }
  flush();
}

void log_end(Stream stream) {
  Line& line = lines[static_cast<unsigned>(stream)];
  if (!is_open() || line.size == 0) return;
  write_line(stream, line.bytes, line.size, line.since, /*complete=*/false);
  line.size = 0;
  flush();
}

void shrink_log() {
  madvise(written_behind, sizeof written_behind, MADV_DONTNEED);
  for (Line& line : lines) {
    const size_t needed = (line.size + kPage - 1) / kPage * kPage;
    if (needed < kLongestLine) madvise(line.bytes + needed, kLongestLine - needed, MADV_DONTNEED);
  }
}

}  // namespace monitor
