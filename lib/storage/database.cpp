// SPDX-License-Identifier: Apache-2.0
#include "storage/database.hpp"

#include <unistd.h>
#include <utility>

#include <sqlite3.h>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/rollback.hpp"
#include "storage/schema.sql.hpp"

namespace storage {

namespace {

constexpr int kSchemaVersion = static_cast<int>(std::size(kMigrations));
/// Pages in the log (WAL): what is worth writing back while waiting for something else, and what cannot wait.
constexpr int kGrown = 40, kLong = 256;
/// In KiB. A command reads most pages once: in a small cache they take each other's place in memory, where SQLite's own two
/// megabytes would be new memory to be had from the kernel page by page.
constexpr const char* kCache = "PRAGMA cache_size=-256";

[[noreturn]] void throw_sqlite(sqlite3* db, const std::string& what) {
  const int code = sqlite3_errcode(db);
  const base::Kind kind = code == SQLITE_CORRUPT || code == SQLITE_NOTADB      ? base::Kind::corrupt
                          : code == SQLITE_READONLY || code == SQLITE_CANTOPEN ? base::Kind::denied
                                                                               : base::Kind::io;
  const int system = sqlite3_system_errno(db);
  base::fail(kind,
             "{}: {}{}",
             what,
             sqlite3_errmsg(db),
             system ? " (" + base::errno_text(system) + ")" : "");
}

/// SQLite's own handler backs off to 100 ms; transactions here take microseconds, so ask again within one.
int wait_a_little(void*, int attempts) {
  constexpr int kGiveUp = 120'000;  // about a minute
  ::usleep(static_cast<useconds_t>(100 + (attempts % 8) * 100));
  return attempts < kGiveUp;
}

/// Nobody reads SQLite's statistics of memory; counting takes a lock at each allocation.
void prepare_sqlite() {
  [[maybe_unused]] static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int note_frames(void* frames, sqlite3*, const char*, int count) {
  *static_cast<int*>(frames) = count;
  return SQLITE_OK;
}

}  // namespace

Query::Query(Query&& other) noexcept
    : db_(other.db_), statement_(std::exchange(other.statement_, nullptr)) {}

Query::~Query() {
  sqlite3_finalize(statement_);
}

bool Query::next() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  throw_sqlite(db_, "use the database");
}

std::string Query::text(int column) const {
  return std::string(view(column));
}

std::string_view Query::view(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (!text) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void Query::bind(int index, std::string_view value) {
  sqlite3_bind_text(
      statement_, index, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
}

void Query::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_, index, value);
}

void Query::bind(int index, std::nullptr_t) {
  sqlite3_bind_null(statement_, index);
}

Database::Database(const std::string& path) : path_(path) {
  prepare_sqlite();
  // Environments of containers are in it. What SQLite makes beside it gets the same mode. Only a new one is opened here:
  // closing a file ends all POSIX locks that this process has on it.
  base::try_open_at(AT_FDCWD, path.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
  const int result =
      sqlite3_open_v2(path.c_str(),
                      &db_,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                      nullptr);
  try {
    if (result != SQLITE_OK) throw_sqlite(db_, "open " + path);
    sqlite3_busy_handler(db_, wait_a_little, nullptr);
    sqlite3_wal_hook(db_, note_frames, &frames_);  // in the place of automatic checkpoints
    // Closing must not write the WAL back: that costs an fsync in each command.
    sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
    set_sync(Sync::none);
    script(kCache);
    migrate();
  } catch (...) {
    sqlite3_close(db_);
    throw;
  }
}

Database::~Database() {
  write_back_above(kLong);
  sqlite3_close(db_);
}

Query Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr) !=
      SQLITE_OK) {
    throw_sqlite(db_, "use the database " + path_);
  }
  return {db_, statement};
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(db_);
}

void Database::script(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw_sqlite(db_, "use the database " + path_);
  }
}

void Database::transaction(Sync sync, const std::function<void()>& act) {
  if (in_transaction_) base::fail(base::Kind::bug, "a transaction inside a transaction");
  set_sync(sync);
  script("BEGIN IMMEDIATE");
  in_transaction_ = true;
  try {
    act();
    script("COMMIT");
  } catch (...) {
    in_transaction_ = false;
    if (!sqlite3_get_autocommit(db_)) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
  in_transaction_ = false;
}

void Database::set_sync(Sync sync) {
  if (sync_ == sync) return;
  script(sync == Sync::full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF");
  sync_ = sync;
}

void Database::without_references(const std::function<void()>& act) {
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_FKEY, 0, nullptr);
  const base::Finally again(
      [this] { sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr); });
  act();
}

void Database::migrate() {
  const auto version = [this] {
    Query q = prepare("PRAGMA user_version");
    q.next();
    return static_cast<int>(q.integer(0));
  };
  int current = version();
  if (current == kSchemaVersion) return;
  if (current > kSchemaVersion) {
    base::fail(base::Kind::unsupported,
               "the store {} was written by a newer berth (schema {}, this one knows {}): use that "
               "version",
               path_,
               current,
               kSchemaVersion);
  }
  script("PRAGMA journal_mode=WAL");
  transaction(Sync::full, [&] {
    // Somebody else may have been first while we waited for the lock.
    for (current = version(); current < kSchemaVersion; ++current) {
      script(kMigrations[current]);
      script(fmt::format("PRAGMA user_version={}", current + 1).c_str());
    }
  });
}

void Database::write_back() {
  write_back_above(kGrown);
}

void Database::write_back_above(int frames) {
  if (frames_ <= frames) return;
  try {
    // Written back with fsync, whatever the transactions before asked for: without one, what was durable could be lost.
    script("PRAGMA synchronous=NORMAL");
    sync_.reset();
    // Without waiting: when a reader or writer is in the way, as much as can be is written, and the log stays.
    sqlite3_busy_handler(db_, nullptr, nullptr);
    sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    sqlite3_busy_handler(db_, wait_a_little, nullptr);
    frames_ = 0;
  } catch (const base::Error& e) {
    base::debug("cannot write the log of {} back: {}", path_, e.message());
  }
}

}  // namespace storage
