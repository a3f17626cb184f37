#include "common/identity/grpc_lines.h"

#include <grpc/support/log.h>

#include <mutex>
#include <string_view>

#include "common/base/ascii.h"

namespace postern::identity {

namespace {

// gRPC takes a plain function, so where it writes has to be found without an object.
std::mutex g_mutex;
Log* g_log = nullptr;

void take_line(gpr_log_func_args* line) {
  const std::lock_guard lock(g_mutex);
  if (g_log == nullptr) return;
  // The process ends behind such a line.
  const bool last = std::string_view(line->message).starts_with("assertion failed");
  g_log->line(last ? LogLevel::Error : LogLevel::Debug, "grpc",
              {{field::kDetail, printable(line->message, 512)}});
}

}  // namespace

GrpcLines::GrpcLines(Log& log) {
  {
    const std::lock_guard lock(g_mutex);
    g_log = &log;
  }
  gpr_set_log_function(take_line);
}

// The function stays: what gRPC says while the process ends interests nobody.
GrpcLines::~GrpcLines() {
  const std::lock_guard lock(g_mutex);
  g_log = nullptr;
}

}  // namespace postern::identity
