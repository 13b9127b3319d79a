// SPDX-License-Identifier: Apache-2.0
// berth.db: one SQLite file, opened once per command, short transactions, no long locks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace storage {

/// Whether a finished transaction must survive a power loss (one fsync) or only a crash of berth (none).
enum class Sync { none, full };

/// A prepared statement with its values bound, stepped row by row:
///
///   auto rows = db.query("SELECT name, size FROM layers WHERE diff_id = ?", id);
///   while (rows.next()) use(rows.text(0), rows.integer(1));
class Query {
 public:
  Query(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}

  Query(Query&& other) noexcept;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  bool next();
  std::string text(int column) const;
  /// The same without a copy: it lies in the row until the next one.
  std::string_view view(int column) const;
  std::int64_t integer(int column) const;
  bool is_null(int column) const;

  void bind(int index, std::string_view value);
  void bind(int index, std::int64_t value);
  void bind(int index, std::nullptr_t);

  void bind(int index, const char* value) { bind(index, std::string_view(value)); }

  void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }

  void bind(int index, int value) { bind(index, static_cast<std::int64_t>(value)); }

  void bind(int index, bool value) { bind(index, static_cast<std::int64_t>(value)); }

  template <typename T>
  void bind(int index, const std::optional<T>& value) {
    if (value)
      bind(index, *value);
    else
      bind(index, nullptr);
  }

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_;
};

class Database {
 public:
  /// Opens or makes the file and brings its schema up to date. A newer schema is an Error of kind unsupported.
  explicit Database(const std::string& path);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  template <typename... Values>
  Query query(std::string_view sql, const Values&... values) {
    Query q = prepare(sql);
    int index = 0;
    (q.bind(++index, values), ...);
    return q;
  }

  /// Runs a statement that gives no rows; returns how many rows it changed.
  template <typename... Values>
  std::int64_t execute(std::string_view sql, const Values&... values) {
    Query q = query(sql, values...);
    while (q.next()) {
    }
    return changes();
  }

  /// Runs `act` inside BEGIN IMMEDIATE … COMMIT; an exception rolls back. Not nested. Keep slow things out of it.
  void transaction(Sync sync, const std::function<void()>& act);

  /// Runs `act` (inside a transaction) without looking at foreign keys: what it removes is referred to by nothing that it
  /// leaves. Cheaper than ON DELETE CASCADE, whose statements SQLite would have to translate first.
  void without_references(const std::function<void()>& act);

  /// Writes the log of changes (WAL) back into the file when it has grown, with fsync: every first opener reads all of it
  /// again. For a moment at which this command would wait anyway; closing does it only when the log is long.
  void write_back();

  /// Runs a script of several statements.
  void script(const char* sql);

 private:
  Query prepare(std::string_view sql);
  std::int64_t changes() const;
  void migrate();
  void set_sync(Sync sync);
  void write_back_above(int frames);

  sqlite3* db_ = nullptr;
  std::string path_;
  bool in_transaction_ = false;
  std::optional<Sync> sync_;  ///< what "PRAGMA synchronous" was last set to
  int frames_ = 0;            ///< in the log after our last change
};

}  // namespace storage
