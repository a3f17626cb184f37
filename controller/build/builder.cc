#include "controller/build/builder.h"

#include "controller/build/draft.h"
#include "controller/build/passes.h"

namespace postern::build {
namespace {

void select_servers(Draft& draft) {
  for (const model::MailServer* spec : draft.world().mail_servers()) {
    const std::string& wanted = spec->ingress_class_name;
    if (!wanted.empty() && wanted != draft.terms().class_name) continue;
    ServerDraft server;
    server.spec = spec;
    server.path = spec->meta.key.path();
    draft.servers().push_back(std::move(server));
  }
}

}  // namespace

Built build(const world::World& world, const Terms& terms) {
  Draft draft(world, terms);
  select_servers(draft);
  build_identities(draft);
  build_backends(draft);
  build_endpoints(draft);
  build_servers(draft);
  build_listeners(draft);
  return draft.finish();
}

}  // namespace postern::build
