// How values of a status are written, the same in a file and at an API server. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/config/backend.h"
#include "common/config/listener.h"
#include "controller/status/mail_server_status.h"

namespace postern::status {

// "2026-11-22T06:00:00Z"
[[nodiscard]] std::string time_text(WallTime time);
[[nodiscard]] std::string_view tls_word(config::ListenerTls tls);
[[nodiscard]] std::string_view tls_word(config::BackendTlsMode tls);
// "2/3": those that run it, of those that are there.
[[nodiscard]] std::string summary_of(const ProxySummary& proxies);
// As the schema of a condition takes it.
[[nodiscard]] std::string message_text(std::string_view message);

}  // namespace postern::status
