#include "controller/build/class_choice.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace postern::build {
namespace {

using Classes = std::vector<const model::IngressClass*>;

// The one with the usual annotation; where none or several have it, the oldest of them.
const model::IngressClass* default_of(const world::World& world) {
  Classes ours = world.ingress_classes();
  std::erase_if(ours, [](const model::IngressClass* one) {
    return one->controller != model::kControllerName;
  });
  Classes annotated = ours;
  std::erase_if(annotated, [](const model::IngressClass* one) { return !one->is_default; });
  const Classes& among = annotated.empty() ? ours : annotated;
  const auto oldest = std::ranges::min_element(among, {}, [](const model::IngressClass* one) {
    return std::pair(one->meta.creation_timestamp, one->meta.key.name);
  });
  return oldest == among.end() ? nullptr : *oldest;
}

ClassChoice refused(std::string why) {
  ClassChoice out;
  out.refusal = std::move(why);
  out.takes_unclassed = false;
  return out;
}

ClassChoice of_cluster(const world::World& world, const std::string& name) {
  const model::IngressClass* ours = world.ingress_class(name);
  if (ours == nullptr) {
    return refused(
        fmt::format("there is no IngressClass {}: nothing is served until there is one "
                    "with controller: {}",
                    name, model::kControllerName));
  }
  if (ours->controller != model::kControllerName) {
    return refused(
        fmt::format("IngressClass {} is not for this controller: its controller is not "
                    "{}",
                    name, model::kControllerName));
  }
  ClassChoice out;
  out.takes_unclassed = default_of(world) == ours;
  if (!ours->parameters) return out;
  out.mail_class = world.mail_class(ours->parameters->mail_class);
  if (out.mail_class == nullptr) {
    // Defaults would allow what the class was to forbid.
    out.refusal = fmt::format(
        "IngressClass {} names {}, and there is no such MailClass, or it is not valid: nothing is "
        "served until there is",
        name, ours->parameters->written);
  }
  return out;
}

}  // namespace

ClassChoice class_choice(const world::World& world, const Terms& terms) {
  // Whoever runs it said so, and named the namespaces: nobody else can tell whose the others are.
  if (terms.in_cluster && !terms.reads_class) return {};
  if (terms.in_cluster) return of_cluster(world, terms.class_name);
  ClassChoice out;
  out.mail_class = world.mail_class(terms.class_name);
  if (out.mail_class == nullptr && terms.class_broken) {
    out.refusal =
        fmt::format("MailClass {} is there and cannot be used: nothing is served until it is right",
                    terms.class_name);
  }
  return out;
}

}  // namespace postern::build
