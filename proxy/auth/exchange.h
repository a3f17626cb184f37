// Exchange: one question on its way, and Service: what a worker remembers of the provider it goes
// to. Values of the desk.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "proxy/auth/breaker.h"
#include "proxy/auth/http_pool.h"
#include "proxy/policy/asker.h"

namespace postern::auth {

struct Service {
  std::string name;  // PROVIDER resource
  Breaker breaker;
  policy::RequestId trial = policy::RequestId::None;  // the last one while it was half open
  std::size_t asked = 0;                              // questions that have a connection
  std::size_t waiting = 0;                            // questions that wait for one
};

struct Exchange {
  policy::RequestId id = policy::RequestId::None;
  policy::Question question;
  std::shared_ptr<const void> keeps;
  std::function<void(policy::Answer)> done;
  Instant began;
  Instant deadline;
  Service* service = nullptr;
  HttpPool* pool = nullptr;

  std::optional<std::uint32_t> slot = {};   // its connection
  bool waits = false;                       // for one
  bool repeated = false;                    // and must not be again
  std::vector<std::size_t> addresses = {};  // to be dialled yet, the next one last
  std::size_t address = 0;                  // that is being dialled
  Instant connect_by = {};                  // then the next address is tried

  [[nodiscard]] const config::HttpProvider& provider() const {
    return std::get<config::HttpProvider>(question.provider->kind);
  }
};

}  // namespace postern::auth
