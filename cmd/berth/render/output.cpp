// SPDX-License-Identifier: Apache-2.0
#include "render/output.hpp"

#include <cctype>
#include <cstdio>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "errors.hpp"
#include "render/go_format.hpp"
#include "render/rows.hpp"
#include "render/table.hpp"

namespace render {

namespace {

constexpr int kBadTemplate = 64;  ///< docker's exit code when inspect cannot parse its template

/// Users write \t and \n in single quotes.
std::string with_escapes(std::string text) {
  for (const auto& [written, meant] : {std::pair{"\\t", "\t"}, std::pair{"\\n", "\n"}}) {
    for (auto at = text.find(written); at != std::string::npos; at = text.find(written, at + 1))
      text.replace(at, 2, meant);
  }
  return text;
}

/// In a table of Podman's, blanks between fields part columns.
std::string with_tabs(std::string text) {
  int depth = 0;
  for (char& c : text) {
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (c == ' ' && depth == 0) c = '\t';
  }
  return text;
}

/// A format taken apart.
struct Format {
  bool is_table = false;
  bool is_json = false;
  std::string text;  ///< the template
};

Format read_format(const Listing& listing, const std::string& format, bool quiet) {
  const std::string given(base::trim(format, " "));
  const bool is_default = given.empty() || given == "table";
  if (quiet && (is_default || listing.quiet_wins)) {
    if (!is_default)
      base::warn("Ignoring custom format, because both --format and --quiet are set.");
    return {.text = listing.quiet};
  }
  if (is_default) return {.is_table = true, .text = with_escapes(listing.table)};
  if (given == "json") return {.is_json = true, .text = "{{json .}}"};
  if (!format.starts_with("table")) return {.text = with_escapes(given)};
  const std::string columns{base::trim(given.substr(5), " ")};
  return {.is_table = true,
          .text = with_escapes(listing.style == Style::podman ? with_tabs(columns) : columns)};
}

/// Runs `act`; docker's words come before what is wrong with a template.
template <typename Act>
decltype(auto) telling(const std::string& prefix, int code, Act act) {
  try {
    return act();
  } catch (const base::Error& e) {
    throw cli::ClientError(prefix + e.message(), code);
  }
}

std::string header_line(const Template& parsed, const Listing& listing) {
  // {{.Label "com.example.app"}} is headed by the last part of the label's name.
  std::map<std::string, Method> methods;
  for (const auto& [name, method] : listing.methods) {
    methods[name] = [](const Json&, const std::vector<Json>& arguments) {
      const std::string label = arguments[0].is_string() ? arguments[0].get<std::string>() : "";
      std::string word = base::split(label, '.').back();
      for (char& c : word) {
        if (c == '-' || c == '_') c = ' ';
      }
      return Json(word);
    };
  }
  std::string line;
  const Json headers = listing.headers;
  parsed.execute({.value = headers, .methods = &methods, .is_header = true}, line);
  return line + "\n";
}

/// Rows that are JSON already: the executor reads them.
class JsonRows final : public Rows {
 public:
  explicit JsonRows(std::vector<Json> rows) : rows_(std::move(rows)) {}

  std::size_t count() const override { return rows_.size(); }

  std::optional<std::size_t> find_field(std::string_view) const override { return std::nullopt; }

  void print_field(std::size_t, std::size_t, std::string&) override {}

  Json take(std::size_t row) override { return std::move(rows_[row]); }

 private:
  std::vector<Json> rows_;
};

/// A part of a line: text, or the number of a field.
struct Piece {
  std::string text;
  std::optional<std::size_t> field;
};

/// What a line is made of when the template only prints fields, and rows can print each of them.
std::optional<std::vector<Piece>> find_pieces(const Template& parsed, const Rows& rows) {
  const auto parts = parsed.plain_parts();
  if (!parts) return std::nullopt;
  std::vector<Piece> pieces;
  for (const auto& [text, field] : *parts) {
    pieces.push_back({text, field.empty() ? std::nullopt : rows.find_field(field)});
    if (!field.empty() && !pieces.back().field) return std::nullopt;
  }
  return pieces;
}

std::string lines_of(const std::vector<Piece>& pieces, Rows& rows) {
  std::string text;
  for (std::size_t row = 0; row < rows.count(); ++row) {
    for (const auto& piece : pieces) {
      if (piece.field)
        rows.print_field(row, *piece.field, text);
      else
        text += piece.text;
    }
    text += '\n';
  }
  return text;
}

std::string executed_lines(const Template& parsed, const Listing& listing, Rows& rows) {
  std::string text;
  for (std::size_t i = 0; i < rows.count(); ++i) {
    const Json row = rows.take(i);
    parsed.execute({.value = row,
                    .missing = Missing::field,
                    .type = listing.type,
                    .methods = &listing.methods},
                   text);
    text += '\n';
  }
  return text;
}

void print_docker_listing(const Listing& listing, Rows& rows, const Format& format) {
  const auto parsed =
      telling(listing.parse_error, 0, [&] { return Template::parse("", format.text); });
  const std::string text = telling(listing.execute_error, 0, [&] {
    const auto pieces = find_pieces(parsed, rows);
    std::string lines = pieces ? lines_of(*pieces, rows) : executed_lines(parsed, listing, rows);
    if (format.is_table && listing.heading) lines.insert(0, header_line(parsed, listing));
    return lines;
  });
  print(format.is_table ? align_columns(text, kDockerTable) : text);
}

Json take_all(Rows& rows) {
  auto all = Json::array();
  for (std::size_t i = 0; i < rows.count(); ++i) all.push_back(rows.take(i));
  return all;
}

/// Where the template is one by itself, not only inside of podman's range.
std::optional<std::vector<Piece>> find_podman_pieces(const Listing& listing,
                                                     const Rows& rows,
                                                     const std::string& text) {
  try {
    return find_pieces(Template::parse(listing.name, text), rows);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

/// Podman executes one template over all rows, which shows in the columns of its errors, and prints
/// what came before an error.
void print_podman_listing(const Listing& listing, Rows& rows, const Format& format) {
  if (format.is_json) return print_line(go_json(take_all(rows), 4));
  const auto parsed = telling("", 0, [&] {
    return Template::parse(listing.name, "{{range .}}" + format.text + "{{\"\\n\"}}{{end -}}");
  });
  std::string text;
  const auto finish = [&] { print(format.is_table ? align_columns(text, kPodmanTable) : text); };
  if (format.is_table && listing.heading)
    text = header_line(Template::parse(listing.name, format.text), listing);
  if (const auto pieces = find_podman_pieces(listing, rows, format.text)) {
    text += lines_of(*pieces, rows);
    return finish();
  }
  const Json all = take_all(rows);
  try {
    parsed.execute({.value = all,
                    .missing = Missing::field,
                    .type = listing.type,
                    .methods = &listing.methods},
                   text);
  } catch (const base::Error& e) {
    finish();
    throw cli::ClientError(e.message());
  }
  finish();
}

/// Fields of inspected objects that are maps; all others are structs in docker, where a wrong name
/// is an error.
const std::set<std::string>& inspect_maps() {
  static const std::set<std::string> maps = {
      "Annotations", "Containers",   "Data",
      "DriverOpts",  "ExposedPorts", "Headers",
      "IPAMOptions", "Labels",       "Networks",
      "Options",     "PortBindings", "Ports",
      "Status",      "StorageOpt",   "Sysctls",
      "Tmpfs",       "Volumes",      "LogConfig.Config",
      "annotations", "OnBuild",      "AuxiliaryAddresses",
  };
  return maps;
}

}  // namespace

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_line(std::string_view text) {
  print(text);
  print("\n");
}

void print_listing(const Listing& listing,
                   std::vector<Json> rows,
                   const std::string& format,
                   bool quiet) {
  JsonRows json(std::move(rows));
  print_rows(listing, json, format, quiet);
}

void print_rows(const Listing& listing, Rows& rows, const std::string& format, bool quiet) {
  const Format read = read_format(listing, format, quiet);
  if (listing.style == Style::podman)
    print_podman_listing(listing, rows, read);
  else
    print_docker_listing(listing, rows, read);
}

namespace {

/// Podman's types call the field ID that its JSON calls Id, and its templates take either.
std::string with_json_id(std::string format) {
  static constexpr std::string_view kField = ".ID";
  for (auto at = format.find(kField); at != std::string::npos; at = format.find(kField, at + 1)) {
    const char before = at > 0 ? format[at - 1] : ' ';
    const char after = at + kField.size() < format.size() ? format[at + kField.size()] : ' ';
    const bool is_whole = std::isalnum(static_cast<unsigned char>(after)) == 0 && after != '_';
    const bool is_top = std::string_view(" {(|").find(before) != std::string_view::npos;
    if (is_whole && is_top) format[at + 2] = 'd';
  }
  return format;
}

}  // namespace

void print_inspected(const std::vector<Json>& objects,
                     const std::string& format,
                     Style style,
                     const std::string& name) {
  const bool podman = style == Style::podman;
  if (format.empty() || (podman && format == "json")) {
    // Podman indents by five blanks.
    return print_line(go_json(objects, podman ? 5 : 4));
  }
  if (format == "json") return print_line(go_json(objects));
  const std::string prefix = podman ? "" : "template parsing error: ";
  // Podman's template runs over all objects: the columns of its errors count from there.
  const std::string text =
      podman ? "{{range .}}" + with_json_id(with_escapes(format)) + "{{\"\\n\"}}{{end -}}" : format;
  const auto parsed = telling(
      prefix, podman ? 0 : kBadTemplate, [&] { return Template::parse(podman ? name : "", text); });
  std::string out;
  try {
    if (podman) {
      parsed.execute({.value = objects,
                      .missing = Missing::error,
                      .maps = &inspect_maps(),
                      .has_pointers = true},
                     out);
    } else {
      for (const auto& object : objects) {
        parsed.execute({.value = object, .missing = Missing::error, .maps = &inspect_maps()}, out);
        out += '\n';
      }
    }
  } catch (const base::Error& e) {
    // Docker ends the line that it began; nothing of the failed object is shown.
    if (!podman) out.erase(out.rfind('\n') == std::string::npos ? 0 : out.rfind('\n') + 1);
    print(podman ? out : out + "\n");
    throw cli::ClientError(prefix + e.message());
  }
  print(out);
}

void print_single(const Single& single, const Json& object, const std::string& format) {
  const bool podman = single.style == Style::podman;
  if (format == "json") return print_line(go_json(object, podman ? 2 : 0));
  const auto parsed =
      telling("", kBadTemplate, [&] { return Template::parse(single.name, with_escapes(format)); });
  std::string out;
  try {
    parsed.execute({.value = object,
                    .missing = Missing::field,
                    .type = single.type,
                    .structs_below = single.structs_below},
                   out);
  } catch (const base::Error& e) {
    print(podman ? out : out + "\n");
    throw cli::ClientError(e.message());
  }
  print_line(out);
}

}  // namespace render
