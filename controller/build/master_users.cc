// Who may log in as others.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "controller/build/backend_login.h"
#include "controller/build/logins.h"
#include "controller/build/passes.h"

namespace postern::build {
namespace {

constexpr const char* kMasterUsersField = "spec.users.masterUsers";

// Why no master could be let into a mailbox of another; empty: one can.
std::string why_never(const ServerDraft& server) {
  std::string why;
  for (const ProviderDraft& provider : server.providers) {
    const Checker checker = checker_of(provider.provider);
    for (const BackendDraft& backend : server.backends) {
      // It says where the mail of him is about whom it is asked: of the master.
      const bool is_told = !backend.backend.dynamic.empty() && checker == Checker::AuthHttp;
      for (const config::BackendPort& port : backend.backend.ports) {
        Cell cell = master_cell_of(checker, port.login.method);
        if (is_told) {
          cell = {Way::Never,
                  "an auth service of style AuthHTTP is told one name, and names the "
                  "place of the master's own mail"};
        }
        if (cell.way != Way::Never) return {};
        if (why.empty()) {
          why = fmt::format("{} (provider {}, backend {})", cell.why, provider.provider.name,
                            backend.spec->name);
        }
      }
    }
  }
  return why;
}

// Why a typed name could not be taken apart; empty: it can.
std::string why_unclear(const model::MailServer& spec) {
  const std::string& separator = spec.master_users->separator;
  if (separator.empty()) return {};
  if (separator == spec.users.delimiter) {
    return fmt::format("{} is users.delimiter too, and joe{}admin would be joe as well as a master",
                       separator, separator);
  }
  if (spec.users.default_domain.find(separator) != std::string::npos) {
    return fmt::format("{} is in users.defaultDomain: every name would be two", separator);
  }
  for (const std::string& name : spec.master_users->allowed) {
    if (name.find(separator) == std::string::npos) continue;
    return fmt::format("{} is in the name {}, which would be two", separator, name);
  }
  return {};
}

}  // namespace

void build_master_users(ServerDraft& server) {
  const auto& written = server.spec->master_users;
  if (!written) return;
  config::MasterUsers out;
  if (!written->separator.empty()) out.separator = written->separator.front();
  for (const std::string& name : written->allowed) out.allowed.push_back(lower(name));
  std::ranges::sort(out.allowed);
  if (std::string why = why_unclear(*server.spec); !why.empty()) {
    server.remark(Remark{std::string(kMasterUsersField) + ".separator", "InvalidField",
                         "no master user may log in: " + why + ": write another separator"});
    out = {};
  } else if (why = why_never(server); !why.empty()) {
    server.remark(Remark{kMasterUsersField, "InvalidField", "no master user could log in: " + why});
    out.allowed.clear();
  }
  // Empty or not: where it is written, nobody else may.
  server.server.master_users = std::move(out);
}

}  // namespace postern::build
