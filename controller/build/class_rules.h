// What the MailClass allows (mailserver.md 8): who may be here, with which names, on which ports,
// within which limits, and where backends may lie. Looks at the class of a world; the passes ask it
// for each MailServer. Without a class the defaults for directories hold. Never decides between
// MailServers that want the same (conflicts.h). Private to this room; made for one update, on the
// control loop's thread; the world and the terms must outlive it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/address.h"
#include "common/config/listener.h"
#include "common/config/resource.h"
#include "controller/build/class_choice.h"
#include "controller/build/class_egress.h"
#include "controller/build/draft.h"
#include "controller/model/mail_class.h"
#include "controller/world/world.h"

namespace postern::build {

class ClassRules {
 public:
  ClassRules(const world::World& world, const Terms& terms);

  // It names the class, or belongs to it without naming any.
  [[nodiscard]] bool is_of_class(const model::MailServer& server) const;

  // The first question for each MailServer that is. Leaves in `server.hostnames` and `domains` what
  // it may claim, and remarks on the rest. False: nothing of it is served, and the first remark
  // says why.
  [[nodiscard]] bool may_be_here(ServerDraft& server) const;

  // Null: none holds for it.
  [[nodiscard]] const model::NamespaceRule* rule_for(const std::string& object_namespace) const;

  // When its own limits are in `server.server`: of each limit the smaller one holds.
  void apply_to(ServerDraft& server) const;

  // The class's entry for a port; null where the class says nothing of ports, or does not open it.
  [[nodiscard]] const model::PortSpec* port(std::uint16_t number) const;
  // Nothing: the port is open. Else PortNotServed at `field`.
  [[nodiscard]] std::optional<Remark> check_port(std::uint16_t number, std::string field) const;
  // Addresses and socket options of a LISTENER.
  void apply_to(config::Listener& listener) const;
  // The class, where it says what the kernel may refuse: addresses or socket options of a listener.
  // Nothing: what goes wrong there is not its doing.
  [[nodiscard]] std::optional<config::SourceRef> source_of(const config::Listener& listener) const;

  // Whose PROXY headers are believed, on every port; nothing: MailServers say it.
  [[nodiscard]] const std::optional<config::ListenerProxyProtocol>& proxy_protocol() const {
    return proxy_protocol_;
  }

  // Whether proxies may connect there. To be asked for addresses that a MailServer wrote, and for
  // postern.dev/addresses.
  [[nodiscard]] bool may_point_to(const IpAddress& address) const;
  // The same of endpoints of a Service without selector: whoever may write them writes any address,
  // so that in a cluster the class has to open them.
  [[nodiscard]] bool may_point_to_by_hand(const IpAddress& address) const;
  // What of these networks they may connect to.
  [[nodiscard]] std::vector<Network> open_within(const std::vector<Network>& wanted) const;
  // What is said of `addresses` that may not be pointed to; `who` names what leads there
  // ("backend mailbox", "Service mail/dovecot").
  [[nodiscard]] Remark closed_target(const std::vector<IpAddress>& addresses, std::string field,
                                     std::string_view who) const;

  // What is dangerous in the class itself: held to, and said.
  [[nodiscard]] model::Problems problems() const;

  // MailServers are counted in this namespace (maxMailServers): when one comes, goes or changes,
  // the verdict of the others there may be another.
  [[nodiscard]] bool counts_in(const std::string& object_namespace) const;

 private:
  [[nodiscard]] std::string_view what_opens() const;
  [[nodiscard]] bool is_one_too_many(const ServerDraft& server, std::uint32_t most) const;
  [[nodiscard]] const std::vector<const model::MailServer*>& mail_servers_of(
      const std::string& object_namespace) const;

  const world::World& world_;
  const Terms& terms_;
  const ClassChoice choice_;
  const model::MailClass* class_;  // null: there is none
  const EgressGround ground_;
  std::optional<config::ListenerProxyProtocol> proxy_protocol_;
  std::vector<Remark> proxy_remarks_;
  // Those of the class, oldest first. Made when the first is counted: most updates count none.
  mutable std::optional<std::map<std::string, std::vector<const model::MailServer*>>> by_namespace_;
};

}  // namespace postern::build
