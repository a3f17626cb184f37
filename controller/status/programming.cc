#include "controller/status/programming.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "common/base/ascii.h"

namespace postern::status {

using publish::Refusal;

std::string_view word_of(Refusal::Code code) {
  switch (code) {
    case Refusal::Code::Invalid: return "Invalid";
    case Refusal::Code::Unsupported: return "Unsupported";
    case Refusal::Code::MissingDependency: return "MissingDependency";
    case Refusal::Code::BadCertificate: return "BadCertificate";
    case Refusal::Code::BindFailed: return "BindFailed";
    case Refusal::Code::LimitExceeded: return "LimitExceeded";
    case Refusal::Code::Internal: return "Internal";
    case Refusal::Code::ProxyTooOld: return "ProxyTooOld";
  }
  return "Internal";
}

bool concerns(const Refusal& refusal, const build::Verdict& verdict) {
  if (std::ranges::find(verdict.resources, refusal.key) != verdict.resources.end()) return true;
  return std::ranges::any_of(refusal.sources, [&](const config::SourceRef& source) {
    return source.kind == "MailServer" && source.name == verdict.server.name &&
           source.object_namespace == verdict.server.object_namespace;
  });
}

std::string words_of(const Refusal& refusal) {
  const std::string at = fmt::format("{} {}", config::name_of(refusal.key.type), refusal.key.name);
  const std::string field = refusal.field.empty() ? "" : ": " + refusal.field;
  return printable(at + field + ": " + refusal.detail, 1024);
}

std::uint16_t port_of(const Refusal& refusal) {
  if (refusal.key.type != config::ResourceType::Listener) return 0;
  return static_cast<std::uint16_t>(std::strtoul(refusal.key.name.c_str(), nullptr, 10));
}

namespace {

void note_refusal(const Refusal& refusal, Programming& out) {
  if (out.rejection.empty()) out.rejection = words_of(refusal);
  out.too_old = out.too_old || refusal.code == Refusal::Code::ProxyTooOld;
  const std::uint16_t port = port_of(refusal);
  if (port == 0) {
    out.whole = true;
    return;
  }
  const bool bind = refusal.code == Refusal::Code::BindFailed;
  out.ports.try_emplace(port,
                        PortRefusal{bind ? "BindFailed" : "ProxyRejected", words_of(refusal)});
}

}  // namespace

void add_answer(const publish::ApplyReport& report, const build::Verdict& verdict,
                Programming& to) {
  bool refused = false;
  for (const Refusal& refusal : report.refusals) {
    if (!concerns(refusal, verdict)) continue;
    refused = true;
    note_refusal(refusal, to);
  }
  ++(refused ? to.rejected : to.acknowledged);
}

}  // namespace postern::status
