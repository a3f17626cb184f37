#include "proxy/session/terms.h"

namespace postern::session {

namespace {

LogLevel level_of(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::Error: return LogLevel::Error;
    case config::LogLevel::Warning: return LogLevel::Warning;
    case config::LogLevel::Info: return LogLevel::Info;
    case config::LogLevel::Debug: return LogLevel::Debug;
  }
  return LogLevel::Info;
}

}  // namespace

TenantTerms terms_of(const config::Server& server) {
  return {server.timeouts.idle, server.limits.bytes_per_second, server.session_logging,
          level_of(server.log_level)};
}

TermsRef& TermsRef::operator=(TermsRef&& other) noexcept {
  if (this != &other) {
    release();
    entry_ = std::exchange(other.entry_, nullptr);
  }
  return *this;
}

void TermsRef::release() {
  Entry* const entry = std::exchange(entry_, nullptr);
  if (!entry || --entry->held > 0) return;
  TermsTable& table = *entry->table;
  table.entries_.erase(table.entries_.find(*entry->name));
}

TermsRef TermsTable::hold(std::string_view name, const config::Server& server) {
  auto found = entries_.find(name);
  if (found == entries_.end()) {
    found = entries_.emplace(std::string(name), TermsRef::Entry{terms_of(server), 0, this, nullptr})
                .first;
    found->second.name = &found->first;
  }
  ++found->second.held;
  return TermsRef(&found->second);
}

bool TermsTable::update(const config::Snapshot& snapshot) {
  bool differs = false;
  for (auto& [name, entry] : entries_) {
    const config::Server* server = snapshot.server(name);
    differs = differs || entry.terms.gone != (server == nullptr);
    if (server) entry.terms = terms_of(*server);
    entry.terms.gone = server == nullptr;
  }
  return differs;
}

}  // namespace postern::session
