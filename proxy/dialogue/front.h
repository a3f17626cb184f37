// Front: the dialogue with a client, whatever its protocol. greet() once, then on() with one input
// at a time; the caller writes `reply` and then does the step. After Close or Relay on() is not
// called. Copy-free: a variant of the protocols' fronts behind one door.
#pragma once

#include <string>

#include "proxy/dialogue/reply.h"
#include "proxy/dialogue/step.h"

namespace postern::dialogue {

class Front {
 public:
  virtual ~Front() = default;
  [[nodiscard]] virtual Turn<FrontStep> greet(Reply& reply) = 0;
  [[nodiscard]] virtual Turn<FrontStep> on(FrontInput input, Reply& reply) = 0;
  // Name of the state, for logs and test failures.
  [[nodiscard]] virtual const char* state() const = 0;
};

class Back {
 public:
  virtual ~Back() = default;
  // The backend greets first, so the first input is octets.
  [[nodiscard]] virtual Turn<BackStep> on(BackInput input, Reply& reply) = 0;
  // From here on no other endpoint may be tried: this one may have counted the password.
  [[nodiscard]] virtual bool credentials_said() const = 0;
  [[nodiscard]] virtual const char* state() const = 0;
};

}  // namespace postern::dialogue
