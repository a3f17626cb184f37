#include "controller/loop/class_found.h"

#include <algorithm>
#include <utility>

namespace postern::loop {
namespace {

std::string named_by(const model::IngressClass& ingress_class) {
  const bool ours = ingress_class.controller == model::kControllerName;
  return ours && ingress_class.parameters ? ingress_class.parameters->mail_class : std::string();
}

std::pair<std::string, std::string> age_of(const model::IngressClass& one) {
  return {one.meta.creation_timestamp, one.meta.key.name};
}

}  // namespace

std::optional<ClassFound> class_found(const world::World& world, const std::string& class_name) {
  const model::IngressClass* own = world.ingress_class(class_name);
  if (own == nullptr) return std::nullopt;
  const std::string name = named_by(*own);
  const model::MailClass* found = name.empty() ? nullptr : world.mail_class(name);
  if (found == nullptr) return std::nullopt;
  const auto all = world.ingress_classes();
  const bool older = std::ranges::any_of(all, [&](const model::IngressClass* other) {
    return named_by(*other) == name && age_of(*other) < age_of(*own);
  });
  if (older) return std::nullopt;
  return ClassFound{name, found->meta.uid, found->meta.generation, class_name};
}

}  // namespace postern::loop
