// RunningSha256: SHA-256 of octets that come a piece at a time.
#pragma once

#include <memory>

#include "common/base/bytes.h"
#include "common/base/digest.h"

struct evp_md_ctx_st;

namespace postern {

class RunningSha256 {
 public:
  RunningSha256();
  void add(ByteView octets);
  // Of all that was added; then it is used up.
  [[nodiscard]] Sha256 finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace postern
