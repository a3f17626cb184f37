// Asker: asks the provider of a question and brings back what it says. One for each worker; its
// calls and its answers are on the worker's thread. What it is made of is proxy/auth's; a session
// knows no more than this.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "proxy/policy/question.h"

namespace postern::policy {

// 0 is nobody's.
enum class RequestId : std::uint64_t { None = 0 };

class Asker {
 public:
  virtual ~Asker() = default;
  // `done` is called once, never from inside ask(), and not after cancel(). `keeps` holds what the
  // question points into.
  [[nodiscard]] virtual RequestId ask(Question question, std::shared_ptr<const void> keeps,
                                      std::function<void(Answer)> done) = 0;
  // Without effect when it was answered, or is None.
  virtual void cancel(RequestId request) = 0;
};

// A request that is under way; who lets go of it wants no answer.
class Asked {
 public:
  Asked() = default;
  Asked(Asker& asker, RequestId request) : asker_(&asker), request_(request) {}
  ~Asked() { let_go(); }
  Asked(Asked&& other) noexcept
      : asker_(std::exchange(other.asker_, nullptr)), request_(other.request_) {}
  Asked& operator=(Asked&& other) noexcept {
    if (this != &other) {
      let_go();
      asker_ = std::exchange(other.asker_, nullptr);
      request_ = other.request_;
    }
    return *this;
  }

  [[nodiscard]] bool under_way() const { return asker_ != nullptr; }
  void answered() { asker_ = nullptr; }

 private:
  void let_go() {
    if (auto* asker = std::exchange(asker_, nullptr)) asker->cancel(request_);
  }

  Asker* asker_ = nullptr;
  RequestId request_ = RequestId::None;
};

}  // namespace postern::policy
