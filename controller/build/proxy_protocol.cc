// Load balancers that tell the client's address: whom a port believes. Each block is read once, and
// what is wrong with it is said once, however many ports it holds for. Where the class has a block,
// that one holds.
#include <utility>

#include "controller/build/class_rules.h"
#include "controller/build/passes.h"
#include "controller/build/proxy_trust.h"
#include "controller/build/words.h"

namespace postern::build {
namespace {

void add_block(const Setting& setting, ServerDraft& server, const model::ProxyProtocolSpec& spec,
               const std::string& field) {
  ProxyTrust trust =
      proxy_trust(setting.world, spec, field, server.spec->meta.key.object_namespace);
  if (const auto& classes = setting.rules.proxy_protocol()) {
    if (*classes == trust.believed) return;
    server.remark(Remark{field, "SetByClass",
                         "the class says whose PROXY headers are believed, on every port: leave "
                         "this out",
                         model::Severity::Warning});
    return;
  }
  for (Remark& remark : trust.remarks) server.remark(std::move(remark));
  server.proxy_protocols[field] = std::move(trust.believed);
}

}  // namespace

void build_proxy_protocols(const Setting& setting, ServerDraft& server) {
  const model::MailServer& spec = *server.spec;
  if (spec.proxy_protocol) add_block(setting, server, *spec.proxy_protocol, "spec.proxyProtocol");
  for (const model::ProtocolSpec& protocol : spec.protocols) {
    for (std::size_t i = 0; i < protocol.listeners.size(); ++i) {
      const auto& own = protocol.listeners[i].proxy_protocol;
      if (own)
        add_block(setting, server, *own, listener_field(protocol.protocol, i) + ".proxyProtocol");
    }
  }
}

}  // namespace postern::build
