// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/record.hpp"

#include <fcntl.h>
#include <new>

#include <isa-l/crc64.h>
#include <zstd.h>

#include "base/error.hpp"
#include "base/sys.hpp"

namespace storage {
namespace {

// Headers are mostly zeros and repeat each other: the fastest level makes a thirtieth of them.
constexpr int kLevel = 1;
constexpr std::size_t kPending = 128 * 1024;

}  // namespace

RecordWriter::RecordWriter(std::string path)
    : path_(std::move(path)),
      fd_(base::open_file(path_, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600)),
      stream_(::ZSTD_createCCtx()),
      pending_(kRecordMagic),
      output_(::ZSTD_CStreamOutSize(), '\0') {
  if (!stream_) throw std::bad_alloc();
  ::ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_compressionLevel, kLevel);
  ::ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_checksumFlag, 1);
}

void RecordWriter::Free::operator()(ZSTD_CCtx_s* stream) const {
  ::ZSTD_freeCCtx(stream);
}

void RecordWriter::raw(std::string_view bytes) {
  raw_ += bytes;
  if (raw_.size() >= kPending) end_raw();
}

void RecordWriter::end_raw() {
  if (raw_.empty()) return;
  pending_ += 'r';
  put_number(raw_.size());
  pending_ += raw_;
  raw_.clear();
  if (pending_.size() >= kPending) compress(/*last=*/false);
}

void RecordWriter::file(const File& file) {
  end_raw();
  pending_ += 'f';
  put_number(file.path.size());
  pending_ += file.path;
  put_number(file.inode);
  put_number(file.ranges.size());
  for (const TarRange& range : file.ranges) {
    put_number(static_cast<std::uint64_t>(range.offset));
    put_number(static_cast<std::uint64_t>(range.size));
  }
  put_number(file.crc);
}

void RecordWriter::finish() {
  end_raw();
  pending_ += 'e';
  compress(/*last=*/true);
}

void RecordWriter::put_number(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) pending_ += static_cast<char>(value | 0x80);
  pending_ += static_cast<char>(value);
}

void RecordWriter::compress(bool last) {
  ZSTD_inBuffer in{pending_.data(), pending_.size(), 0};
  for (std::size_t left = 1; in.pos < in.size || (last && left > 0);) {
    ZSTD_outBuffer out{output_.data(), output_.size(), 0};
    left = ::ZSTD_compressStream2(stream_.get(), &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
    if (::ZSTD_isError(left))
      base::fail(base::Kind::bug, "compress {}: {}", path_, ::ZSTD_getErrorName(left));
    base::in_context("write " + path_,
                     [&] { base::write_full(fd_.get(), output_.data(), out.pos); });
  }
  pending_.clear();
}

std::uint64_t record_crc(std::uint64_t crc, const void* data, std::size_t size) {
  return ::crc64_ecma_refl(crc, static_cast<const unsigned char*>(data), size);
}

}  // namespace storage
