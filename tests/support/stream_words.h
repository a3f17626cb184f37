// What a controller says on the stream, word by word, and resources to say it of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/wire/snapshot_codec.h"
#include "postern/config/v1alpha1/config.pb.h"

namespace postern::test {

namespace pb = config::v1alpha1;

inline config::Resource versioned(config::Resource resource) {
  resource.version = wire::version_of(resource);
  return resource;
}

inline config::Resource mk_server_resource(const std::string& name,
                                           const std::string& content = "mail.example.org") {
  config::Server server;
  server.server_name = content;
  return versioned({name, "", {{"MailServer", "mail", name, "uid-" + name, 3}}, server});
}

inline config::Resource mk_endpoints_resource(const std::string& name, std::uint8_t count) {
  config::EndpointSet set;
  for (std::uint8_t i = 0; i < count; ++i) {
    set.endpoints.push_back({"pod-" + std::to_string(i),
                             IpAddress::v4({10, 0, 0, i}),
                             {{Protocol::Imap, 143}},
                             config::EndpointState::Ready,
                             1});
  }
  return versioned({name, "", {}, set});
}

inline config::Resource mk_key_pair_resource(const std::string& name) {
  const config::KeyPair pair{"chain of " + name, SharedSecret("key of " + name), {name}, 1};
  return versioned({name, "", {}, config::SecretMaterial(pair)});
}

// An update, by chains: Update("1").upsert(resource).removal(key).message().
class UpdateWords {
 public:
  explicit UpdateWords(const std::string& nonce, const std::string& version = "") {
    update().set_nonce(nonce);
    update().set_version(version.empty() ? "whole-" + nonce : version);
    update().set_last_chunk(true);
  }
  UpdateWords& upsert(const config::Resource& resource) {
    wire::encode(resource, *update().add_upserts());
    return *this;
  }
  UpdateWords& delta(const config::Resource& now, const config::Resource& base) {
    wire::encode_delta(now, base, *update().add_upserts());
    return *this;
  }
  UpdateWords& removal(pb::ResourceType type, const std::string& name) {
    pb::ResourceName& removal = *update().add_removals();
    removal.set_type(type);
    removal.set_name(name);
    return *this;
  }
  UpdateWords& full_state() {
    update().set_full_state(true);
    return *this;
  }
  UpdateWords& more_follows() {
    update().set_last_chunk(false);
    return *this;
  }
  UpdateWords& revision(const std::string& collection, std::uint64_t resource_version) {
    pb::CollectionRevision& one = *update().mutable_revision()->add_collections();
    one.set_collection(collection);
    one.set_resource_version(resource_version);
    return *this;
  }
  // For what has no word of its own here.
  template <class Change>
  UpdateWords& with(Change change) {
    change(update());
    return *this;
  }
  [[nodiscard]] const pb::ControllerMessage& message() const { return message_; }

 private:
  pb::ConfigUpdate& update() { return *message_.mutable_update(); }

  pb::ControllerMessage message_;
};

inline pb::ControllerMessage mk_welcome(Duration load_report_interval = Duration(0)) {
  pb::ControllerMessage message;
  message.mutable_welcome()->set_protocol(1);
  message.mutable_welcome()->set_controller_id("controller-1");
  pb::Welcome& welcome = *message.mutable_welcome();
  const auto ms = load_report_interval.count();
  welcome.mutable_load_report_interval()->set_seconds(ms / 1000);
  welcome.mutable_load_report_interval()->set_nanos(static_cast<int>(ms % 1000 * 1'000'000));
  return message;
}

inline pb::ControllerMessage mk_redirect(Duration after) {
  pb::ControllerMessage message;
  message.mutable_redirect()->set_reason("rebalance");
  message.mutable_redirect()->mutable_after()->set_seconds(after.count() / 1000);
  return message;
}

}  // namespace postern::test
