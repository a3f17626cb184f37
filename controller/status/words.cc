#include "controller/status/words.h"

#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "common/base/ascii.h"

namespace postern::status {
namespace {

constexpr std::size_t kMostOfMessage = 4096;  // before octets are shown as four characters
constexpr std::size_t kMostShown = 8000;      // the schema takes 8192

}  // namespace

std::string time_text(WallTime time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     std::chrono::time_point_cast<std::chrono::seconds>(time));
}

std::string_view tls_word(config::ListenerTls tls) {
  switch (tls) {
    case config::ListenerTls::Implicit: return "Implicit";
    case config::ListenerTls::StartTls: return "StartTLS";
    case config::ListenerTls::Disabled: return "Disabled";
  }
  return "";
}

std::string_view tls_word(config::BackendTlsMode tls) {
  switch (tls) {
    case config::BackendTlsMode::Implicit: return "Implicit";
    case config::BackendTlsMode::StartTls: return "StartTLS";
    case config::BackendTlsMode::Disabled: return "Disabled";
  }
  return "";
}

std::string summary_of(const ProxySummary& proxies) {
  return fmt::format("{}/{}", proxies.acknowledged, proxies.attached);
}

std::string message_text(std::string_view message) {
  std::string shown = printable(message, kMostOfMessage);
  if (shown.size() <= kMostShown) return shown;
  return shown.substr(0, kMostShown) + "…";
}

}  // namespace postern::status
