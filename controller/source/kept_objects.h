// What is known of the objects of an API server, by key: which are kept, which are told of, and
// what is wrong with them. Of Secrets and ConfigMaps it keeps the content while a MailServer or a
// MailClass names them, and else no more than that they are there. MailServers of another class are
// not kept. Of an object that became wrong the last good version stays.
// Thread: the agenda's.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "controller/decode/decoder.h"
#include "controller/source/arrivals.h"
#include "controller/source/text_of_object.h"
#include "controller/source/watched_kinds.h"

namespace postern::source {

// What came of one text.
struct Reading {
  enum class Is : std::uint8_t {
    Decoded,
    AsBefore,  // what matters is the same; it was not decoded
    Foreign,   // of another class
    Unnamed,   // nobody names it; its content is gone
  };
  Is is = Is::Decoded;
  ReadObject read;
};
using Readings = std::map<model::ObjectKey, Reading>;

// A collection of an API server.
struct Scope {
  const WatchedKind* kind = nullptr;
  std::string object_namespace;  // empty: all there is
};

class KeptObjects {
 public:
  // `ask` wants the content of an object that is there and has become named.
  KeptObjects(std::string class_name, std::function<void(const model::ObjectKey&)> ask);

  // Changes nothing, but for a problem where it cannot be read.
  [[nodiscard]] std::optional<Reading> read(const Scope& scope, std::string_view json);
  [[nodiscard]] static std::optional<model::ObjectKey> key_of(const Scope& scope,
                                                              std::string_view json);
  void put(Reading reading);
  void remove(const model::ObjectKey& key);
  // All of them, and no others, are there.
  void replace(const Scope& scope, Readings all);
  // What `ask` was answered. It may be late: what is known since wins.
  void answer(const WatchedKind& kind, const model::ObjectKey& key, std::string_view json);
  // `ask` was refused; stands until it is answered.
  void not_readable(const model::ObjectKey& key, const std::string& words);
  [[nodiscard]] bool wants(const model::ObjectKey& key) const;

  // What stands of a collection as a whole; empty words: nothing.
  void say(const Scope& scope, const std::string& reason, const std::string& words);

  // What is to be told since the last call.
  [[nodiscard]] Batch take_batch();

 private:
  struct Row {
    model::SharedObject object;  // null: wrong from the beginning, or not named
    std::string uid;
    std::int64_t generation = 0;
    kube::Revision revision;
    bool lost = false;  // a MailClass that is gone, or is another now, and stays in force
  };

  void put_decoded(ReadObject read);
  void set_object(const model::ObjectKey& key, Row& row, model::SharedObject object);
  void set_problems(const model::ObjectKey& key, model::Problems problems);
  void count_names(const model::SharedObject& before, const model::SharedObject& now);
  void name(const model::ObjectKey& key);
  void unname(const model::ObjectKey& key);
  // The MailClass that our IngressClass names.
  [[nodiscard]] bool is_class_in_force(const model::ObjectKey& key) const;
  void let_lost_classes_go();
  void tell(const model::ObjectKey& key, model::SharedObject object);

  const std::string class_name_;
  const std::function<void(const model::ObjectKey&)> ask_;
  const decode::Decoder decoder_;
  std::map<model::ObjectKey, Row> rows_;
  std::map<model::ObjectKey, int> names_;  // of content: how many name it
  std::map<model::ObjectKey, model::Problems> problems_;
  bool problems_changed_ = false;
  Batch batch_;
};

}  // namespace postern::source
