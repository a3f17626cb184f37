// Pages below /debug of the controller, for people who ask why: what is held, who runs what, and
// what an object leads to. Text, a fact a line; never a secret, only names, dates and hashes.
// Pure; the wiring gets the facts from the threads that own them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/resource.h"
#include "controller/model/object_key.h"
#include "controller/publish/publisher.h"
#include "controller/world/world.h"

namespace postern::controller_app {

using WantedResources = std::vector<std::shared_ptr<const config::Resource>>;

// How many objects of each kind there are, then each of them.
[[nodiscard]] std::string store_page(const world::World& world);
[[nodiscard]] std::string proxies_page(const std::vector<publish::ApplyReport>& reports);

// What the query asks about: "object=MailServer/mail/example", percent-encoded; of a kind without
// namespaces "object=MailClass/postern". Nothing: it does not.
[[nodiscard]] std::optional<model::ObjectKey> object_in(std::string_view query);

// The part that the world knows: whether it is there, what it names, who names it.
[[nodiscard]] std::string why_of_world(const world::World& world, const model::ObjectKey& key);
// The part that is published: what proxies are given because of it, and who refuses that.
[[nodiscard]] std::string why_of_proxies(const model::ObjectKey& key, const WantedResources& wanted,
                                         const std::vector<publish::ApplyReport>& reports);

}  // namespace postern::controller_app
