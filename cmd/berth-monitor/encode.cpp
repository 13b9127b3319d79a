// SPDX-License-Identifier: Apache-2.0
#include "encode.hpp"

#include <string.h>

namespace monitor {

namespace {

/// Year, month and day of a day since 1970, by the calendar's 400-year cycle with years that begin
/// in March, so that the leap day is the last of a year.
void add_date(uint64_t day, Text& out) {
  constexpr uint64_t kDaysFromMarchOfYearZero = 719468, kDaysInCycle = 146097;
  day += kDaysFromMarchOfYearZero;
  const uint64_t cycle = day / kDaysInCycle, of_cycle = day % kDaysInCycle;
  const uint64_t year_of_cycle =
      (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
  const uint64_t of_year =
      of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
  const uint64_t shifted_month = (5 * of_year + 2) / 153;
  const uint64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const uint64_t year = cycle * 400 + year_of_cycle + (month <= 2 ? 1 : 0);
  out.add_number(year, 4).add("-").add_number(month, 2).add("-");
  out.add_number(of_year - (153 * shifted_month + 2) / 5 + 1, 2);
}

/// How times are written.
struct Clock {
  bool all_digits = false;  ///< of the fraction; Go's RFC3339Nano drops trailing zeros
  bool is_local = false;    ///< with the offset in digits, even when it is 0; else Z
  int offset = 0;           ///< minutes
};

/// RFC 3339.
void make_time(uint64_t time, const Clock& clock, Text& out) {
  const uint64_t seconds = time / 1000000000 + static_cast<uint64_t>(60 * int64_t{clock.offset});
  const uint64_t of_day = seconds % 86400;
  add_date(seconds / 86400, out);
  out.add("T").add_number(of_day / 3600, 2).add(":").add_number(of_day / 60 % 60, 2);
  out.add(":").add_number(of_day % 60, 2);
  uint64_t fraction = time % 1000000000;
  unsigned digits = 9;
  for (; !clock.all_digits && digits > 0 && fraction % 10 == 0; --digits) fraction /= 10;
  if (digits > 0) out.add(".").add_number(fraction, digits);
  if (!clock.is_local) {
    out.add("Z");
    return;
  }
  const auto minutes = static_cast<uint64_t>(clock.offset < 0 ? -clock.offset : clock.offset);
  out.add(clock.offset < 0 ? "-" : "+").add_number(minutes / 60, 2);
  out.add(":").add_number(minutes % 60, 2);
}

/// All lines of one chunk came at one time: its text is made once. A log has one format only.
void add_time(uint64_t time, const Clock& clock, Text& out) {
  static uint64_t known;
  static char bytes[48];
  static size_t size;
  if (time != known || size == 0) {
    Text text{bytes, sizeof bytes};
    make_time(time, clock, text);
    size = text.size;
    known = time;
  }
  out.add(bytes, size);
}

/// Length of the UTF-8 character at `bytes`: 0 when it is none, -1 when it is one cut off by the
/// end.
int character_length(const unsigned char* bytes, size_t size) {
  const unsigned char first = bytes[0];
  if (first < 0x80) return 1;
  const int length = first >= 0xC2 && first <= 0xDF   ? 2
                     : first >= 0xE0 && first <= 0xEF ? 3
                     : first >= 0xF0 && first <= 0xF4 ? 4
                                                      : 0;
  if (length == 0) return 0;
  // No overlong forms, no surrogates, nothing beyond U+10FFFF: these limit the second byte.
  const unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  for (int i = 1; i < length; ++i) {
    if (static_cast<size_t>(i) >= size) return -1;
    const unsigned char byte = bytes[i];
    if (byte < (i == 1 ? low : 0x80) || byte > (i == 1 ? high : 0xBF)) return 0;
  }
  return length;
}

struct PlainBytes {
  bool is_plain[256] = {};

  constexpr PlainBytes() {
    for (unsigned c = 0x20; c < 0x80; ++c)
      is_plain[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
  }
};

constexpr PlainBytes kPlain;

bool is_plain(unsigned char c) {
  return kPlain.is_plain[c];
}

void add_ascii_escape(unsigned char c, Text& out) {
  constexpr char kHex[] = "0123456789abcdef";
  if (c == '"' || c == '\\') {
    out.add("\\").add(reinterpret_cast<const char*>(&c), 1);
  } else if (c == '\n') {
    out.add("\\n");
  } else if (c == '\r') {
    out.add("\\r");
  } else {
    out.add("\\u00").add(&kHex[c >> 4], 1).add(&kHex[c & 15], 1);
  }
}

/// Escapes as Docker's json-file writer does: also < > & and the line separators U+2028 and U+2029;
/// a byte that is no UTF-8 becomes \ufffd.
void add_escaped(const char* text, size_t size, Text& out) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text);
  size_t plain = 0;  // from here on not yet added
  for (size_t i = 0; i < size;) {
    if (is_plain(bytes[i])) {
      ++i;
      continue;
    }
    const int length = character_length(bytes + i, size - i);
    const bool separator =
        length == 3 && bytes[i] == 0xE2 && bytes[i + 1] == 0x80 && (bytes[i + 2] & 0xFE) == 0xA8;
    if (length > 1 && !separator) {
      i += static_cast<size_t>(length);
      continue;
    }
    out.add(text + plain, i - plain);
    if (separator)
      out.add(bytes[i + 2] == 0xA8 ? "\\u2028" : "\\u2029");
    else if (length == 1)
      add_ascii_escape(bytes[i], out);
    else
      out.add("\\ufffd");
    i += separator ? 3 : 1;
    plain = i;
  }
  out.add(text + plain, size - plain);
}

}  // namespace

size_t whole_characters(const char* bytes, size_t size) {
  for (size_t back = 1; back <= 3 && back < size; ++back) {
    const auto* at = reinterpret_cast<const unsigned char*>(bytes + size - back);
    if ((*at & 0xC0) == 0x80) continue;
    return character_length(at, back) < 0 ? size - back : size;
  }
  return size;
}

void encode_json(const Entry& entry, Text& out) {
  out.add("{\"log\":\"");
  add_escaped(entry.bytes, entry.size, out);
  if (entry.complete) out.add("\\n");
  out.add("\",\"stream\":\"").add(entry.stream).add("\",").add(entry.attributes).add("\"time\":\"");
  add_time(entry.time, {}, out);
  out.add("\"}\n");
}

void encode_k8s(const Entry& entry, int utc_offset, Text& out) {
  add_time(entry.time, Clock{.all_digits = true, .is_local = true, .offset = utc_offset}, out);
  out.add(" ").add(entry.stream).add(entry.complete ? " F " : " P ");
  out.add(entry.bytes, entry.size).add("\n");
}

}  // namespace monitor
