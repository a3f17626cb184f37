// Asks an API server for single objects: the content of Secrets and ConfigMaps that have become
// named. Few at a time; again after a while when there is no answer; not again where there is no
// such object, because the watch tells of that too.
// Thread: the agenda's.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "controller/kube/reflector.h"
#include "controller/model/object_key.h"

namespace postern::source {

class ContentQuestions {
 public:
  struct Answers {
    std::function<void(const model::ObjectKey&, std::string_view json)> take;
    std::function<void(const model::ObjectKey&, int status)> refused;  // 401, 403
    std::function<bool(const model::ObjectKey&)> still_wanted;
  };
  ContentQuestions(const kube::Grounds& grounds, Answers answers);
  ~ContentQuestions();
  ContentQuestions(const ContentQuestions&) = delete;
  ContentQuestions& operator=(const ContentQuestions&) = delete;

  // Once more, if the question is under way: what it is answered may be older than this.
  void ask(const model::ObjectKey& key);
  // Something was asked for, and not answered in any way.
  [[nodiscard]] bool waits() const { return !under_way_.empty() || !queue_.empty(); }

 private:
  void go_on();
  void settle(const model::ObjectKey& key, const Result<kube::Reply, kube::Broken>& reply);
  void ask_later(const model::ObjectKey& key, Duration wait);

  const kube::Grounds grounds_;
  const Answers answers_;
  std::deque<model::ObjectKey> queue_;
  std::set<model::ObjectKey> queued_;
  std::set<model::ObjectKey> under_way_;
  std::map<model::ObjectKey, std::unique_ptr<kube::Agenda::Entry>> later_;
  std::shared_ptr<const bool> here_ = std::make_shared<const bool>(true);
};

}  // namespace postern::source
