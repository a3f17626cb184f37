// The way of one login through a snapshot, as a session would go it: port, MailServer, provider,
// route, member, bounds. Each step is written down; the first that refuses him ends the way.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/tool/why.h"
#include "cli/tool/why_answer.h"
#include "common/config/snapshot.h"
#include "proxy/policy/facts.h"
#include "proxy/policy/routing.h"

namespace postern::tool {

class WhyWalk {
 public:
  WhyWalk(const config::Snapshot& snapshot, const WhyOptions& options)
      : snapshot_(snapshot), options_(options) {}

  [[nodiscard]] WhyAnswer walk();

 private:
  // False: he is refused, and why has been written down.
  bool find_listener();
  bool find_server();
  bool find_account();
  bool find_provider();
  bool find_backend();
  bool find_member(const policy::Route& route);
  // ", in the share of 30 of 100"; empty: the rule leads to one backend.
  [[nodiscard]] std::string share_words(const policy::Route& route) const;
  [[nodiscard]] std::string tenant_words(std::size_t index) const;
  void tell_bounds();
  void say(std::string what, std::string value, std::string says);
  bool refuse(std::string what, std::string says);

  const config::Snapshot& snapshot_;
  const WhyOptions& options_;
  const config::Listener* listener_ = nullptr;
  const config::Server* server_ = nullptr;
  std::string account_;  // what providers are asked about
  policy::Facts facts_;
  WhyAnswer answer_;
};

}  // namespace postern::tool
