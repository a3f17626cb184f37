// gRPC writes lines of its own to stderr, in a form of its own: an ERROR for each handshake whose
// server name is not in our certificate, which is each, and one for each that fails. While this
// lives they go to our log at level debug, where somebody looks who wonders why a handshake fails.
// Made once by main, ended by main; `log` outlives it. Lines come on any thread.
#pragma once

#include "common/base/log.h"

namespace postern::identity {

class GrpcLines {
 public:
  explicit GrpcLines(Log& log);
  ~GrpcLines();
  GrpcLines(const GrpcLines&) = delete;
  GrpcLines& operator=(const GrpcLines&) = delete;
};

}  // namespace postern::identity
