#include "controller/kube/object_pages.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "controller/kube/target.h"

namespace postern::kube {
namespace {

namespace json = boost::json;

const json::value* member(const json::value& of, const char* name) {
  const json::object* object = of.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

std::string next_of(const json::value& page) {
  const json::value* metadata = member(page, "metadata");
  const json::value* next = metadata == nullptr ? nullptr : member(*metadata, "continue");
  const json::string* word = next == nullptr ? nullptr : next->if_string();
  return word == nullptr ? std::string() : std::string(word->data(), word->size());
}

}  // namespace

ObjectPages::ObjectPages(Transport& transport, PagesWanted wanted)
    : transport_(transport), wanted_(std::move(wanted)), alive_(std::make_shared<int>(0)) {
  ask();
}

void ObjectPages::ask() {
  std::string target = with_query(wanted_.target, "limit", std::to_string(most_));
  if (!at_.empty()) target = with_query(std::move(target), "continue", at_);
  transport_.ask({.target = std::move(target)},
                 [this, alive = std::weak_ptr(alive_)](const Result<Reply, Broken>& reply) {
                   if (!alive.expired()) take(reply);
                 });
}

void ObjectPages::take(const Result<Reply, Broken>& reply) {
  const bool too_large = !reply && reply.error().why == Broken::Why::TooLarge;
  if (too_large && most_ > 1) {
    most_ = std::max<std::size_t>(most_ / 4, 1);
    return ask();
  }
  if (!reply) return wanted_.on_end(reply.error().message);
  if (reply->head.status != 200) {
    return wanted_.on_end(fmt::format("the API server answers {}", reply->head.status));
  }
  boost::system::error_code error;
  json::value page = json::parse(reply->body, error);
  const json::value* items = error ? nullptr : member(page, "items");
  if (items == nullptr || !items->is_array()) {
    return wanted_.on_end("the API server sends no list");
  }
  at_ = next_of(page);
  for (const json::value& item : items->get_array()) {
    if (!item.is_object()) continue;
    json::object object = item.get_object();
    object["kind"] = wanted_.kind;
    wanted_.on_object(json::serialize(object));
  }
  if (at_.empty()) return wanted_.on_end(std::nullopt);
  ask();
}

}  // namespace postern::kube
