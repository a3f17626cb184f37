#include "controller/kube/status_essence.h"

#include <algorithm>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace postern::kube {
namespace {

namespace json = boost::json;

std::string_view name_of(const json::key_value_pair* member) {
  return {member->key().data(), member->key().size()};
}

class Writer {
 public:
  explicit Writer(const EssenceTerms& terms) : terms_(terms) {}

  void add(const json::value& value) {
    if (const auto* object = value.if_object()) {
      add(*object, {});
    } else if (const auto* list = value.if_array()) {
      out += '[';
      for (const json::value& one : *list) {
        add(one);
        out += ',';
      }
      out += ']';
    } else {
      out += json::serialize(value);
    }
  }

  // Members in the order of their names: the server's order is not ours.
  void add(const json::object& object, const MemberNames& without) {
    std::vector<const json::key_value_pair*> members;
    for (const json::key_value_pair& member : object) {
      const std::string_view name(member.key().data(), member.key().size());
      if (!terms_.ignored.contains(name) && !without.contains(name)) members.push_back(&member);
    }
    std::ranges::sort(members, {}, name_of);
    out += '{';
    for (const json::key_value_pair* member : members) {
      out += json::serialize(json::string(member->key()));
      out += ':';
      add(member->value());
      out += ',';
    }
    out += '}';
  }

  std::string out;

 private:
  const EssenceTerms& terms_;
};

// What was written to an object says nothing of another one of the same name.
json::value uid_of(const json::object& root) {
  const json::value* metadata = root.if_contains("metadata");
  const json::object* members = metadata == nullptr ? nullptr : metadata->if_object();
  const json::value* uid = members == nullptr ? nullptr : members->if_contains("uid");
  return uid == nullptr ? json::value() : *uid;
}

struct Subject {
  const json::value uid;
  const json::object& status;
};

Sha256 digest_of(const Subject& subject, const EssenceTerms& terms, const MemberNames& without) {
  Writer writer(terms);
  writer.add(subject.uid);
  writer.add(subject.status, without);
  return sha256(writer.out);
}

}  // namespace

std::optional<Essence> essence_of(std::string_view object, const EssenceTerms& terms) {
  boost::system::error_code error;
  const json::value parsed = json::parse(json::string_view(object.data(), object.size()), error);
  const json::object* root = error ? nullptr : parsed.if_object();
  if (root == nullptr) return std::nullopt;
  const json::value* status = root->if_contains("status");
  const json::object none;
  const bool has = status != nullptr && status->is_object();
  const Subject subject{uid_of(*root), has ? status->get_object() : none};
  return Essence{digest_of(subject, terms, terms.slow), digest_of(subject, terms, {})};
}

}  // namespace postern::kube
