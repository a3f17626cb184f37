// One structured line. Field names are constants here, so that every room writes the same word.
// The sink is made in app/ (gathered and written by a thread of its own, bounded: what finds no
// room is dropped and counted) and given in; a null sink drops. A field whose text is empty is left
// out. Never a secret, at any level; foreign text goes through printable().
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace postern {

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };
enum class LogFormat : std::uint8_t { Json, Text };

struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t> value;
};

namespace field {
inline constexpr std::string_view kSession = "session";
inline constexpr std::string_view kProxy = "proxy";
inline constexpr std::string_view kListener = "listener";
inline constexpr std::string_view kProtocol = "protocol";
inline constexpr std::string_view kClientIp = "client_ip";
inline constexpr std::string_view kClientPort = "client_port";
inline constexpr std::string_view kVia = "via";
inline constexpr std::string_view kSni = "sni";
inline constexpr std::string_view kTls = "tls";
inline constexpr std::string_view kMailServer = "mailserver";
inline constexpr std::string_view kMechanism = "mechanism";
inline constexpr std::string_view kUser = "user";
inline constexpr std::string_view kAuthUser = "auth_user";
inline constexpr std::string_view kAuth = "auth";
inline constexpr std::string_view kAuthMs = "auth_ms";
inline constexpr std::string_view kAuthCached = "auth_cached";
inline constexpr std::string_view kBackend = "backend";
inline constexpr std::string_view kEndpoint = "endpoint";
inline constexpr std::string_view kConnectMs = "connect_ms";
inline constexpr std::string_view kLoginMs = "login_ms";
inline constexpr std::string_view kBytesIn = "bytes_in";
inline constexpr std::string_view kBytesOut = "bytes_out";
inline constexpr std::string_view kSeconds = "seconds";
inline constexpr std::string_view kEnd = "end";
inline constexpr std::string_view kBy = "by";
inline constexpr std::string_view kFailure = "failure";
inline constexpr std::string_view kDetail = "detail";
inline constexpr std::string_view kState = "state";
inline constexpr std::string_view kAddress = "address";
inline constexpr std::string_view kObject = "object";
inline constexpr std::string_view kReason = "reason";
inline constexpr std::string_view kVersion = "version";
}  // namespace field

class Log {
 public:
  virtual ~Log() = default;
  [[nodiscard]] bool takes(LogLevel level) const {
    return level >= least_.load(std::memory_order_relaxed);
  }
  void line(LogLevel level, std::string_view message, std::initializer_list<Field> fields) {
    if (takes(level)) write(level, message, fields);
  }
  // Any thread, any time.
  void set_least(LogLevel least) { least_ = least; }
  // Lines that a full queue pushed out.
  [[nodiscard]] virtual std::uint64_t dropped() const { return 0; }

 protected:
  virtual void write(LogLevel level, std::string_view message,
                     std::initializer_list<Field> fields) = 0;

 private:
  std::atomic<LogLevel> least_ = LogLevel::Info;
};

// How many lines may wait for stderr before more are dropped: for who writes a line a session,
// seconds of a storm. Memory is taken as they come, at most 4 MiB.
inline constexpr std::size_t kLinesOfSessions = 8192;
inline constexpr std::size_t kLinesOfChanges = 1024;

// To stderr, warnings and errors at once; ends by flushing at most one second.
[[nodiscard]] std::unique_ptr<Log> make_log(LogFormat format, LogLevel least,
                                            std::size_t waiting_lines = kLinesOfSessions);

// The line itself, without the sink: what make_log writes and tests read.
struct LineHead {
  LogLevel level;
  std::string_view time;
  std::string_view message;
};
void append_json(std::string& out, const LineHead& head, std::initializer_list<Field> fields);
void append_text(std::string& out, const LineHead& head, std::initializer_list<Field> fields);
[[nodiscard]] std::string render_json(LogLevel level, std::string_view time,
                                      std::string_view message,
                                      std::initializer_list<Field> fields);
[[nodiscard]] std::string render_text(LogLevel level, std::string_view time,
                                      std::string_view message,
                                      std::initializer_list<Field> fields);
[[nodiscard]] std::unique_ptr<Log> make_null_log();

}  // namespace postern
