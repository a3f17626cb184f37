// Part: all that was made of one MailServer, kept from update to update, so that only touched ones
// are made anew. Points into the world only while it is made. Private to this room; on the control
// loop's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/config/fresh_resource.h"
#include "common/config/resource.h"
#include "controller/build/builder.h"
#include "controller/build/claims.h"
#include "controller/build/draft.h"

namespace postern::build {

using Resources = std::vector<config::FreshResource>;

struct Part {
  std::vector<BackendDraft> backends;  // for other endpoints; without a spec in between
  NamedSecrets named_secrets;
  NamedTables named_tables;
  bool allowed = true;              // the class lets it be here
  model::Problems problems_before;  // of the passes before endpoints
  model::Problems problems_of_endpoints;
  model::Problems problems_after;
  std::int64_t generation = 0;
  Claimant claimant;
  Resources own;                    // SERVER, BACKEND, ENDPOINTS that offers need; by key
  std::set<std::string> secrets;    // SECRET resources that those need
  Resources given;                  // `own` while something is served, else nothing; by key
  std::int64_t expires_unix_s = 0;  // the first of its certificates that has not yet; 0: none
};

// All passes. Nothing is given yet, and the claimant has no outcomes.
[[nodiscard]] Part make_whole(const Setting& setting, const model::MailServer& spec);
// Only who serves its backends.
void make_endpoints(const Setting& setting, const model::MailServer& spec, Part& part);

[[nodiscard]] Verdict verdict_of(const model::MailServer& spec, const Part& part);

}  // namespace postern::build
