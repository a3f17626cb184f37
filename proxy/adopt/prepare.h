// prepare(): what can fail is done before anybody sees it: names resolved, keys checked against
// certificates, TLS contexts made. A resource that cannot be prepared falls back to its
// predecessor, or is left out, and everything that named it with it; each refusal is reported with
// its reason. Pure but for OpenSSL; called on the control thread.
#pragma once

#include <memory>
#include <vector>

#include "proxy/adopt/adopt.h"
#include "proxy/net/prepared.h"

namespace postern::adopt {

using Resources = config::Snapshot::Resources;

struct Preparation {
  std::shared_ptr<net::Prepared> prepared;
  Resources accepted;  // as received, less what was refused: what Hello says is held
  std::vector<ResourceError> errors;
};

// `wanted` is the whole after the update, `running` what is in force now.
[[nodiscard]] Preparation prepare(std::string version, Resources wanted, const Resources& running,
                                  net::TlsShared& tls);

}  // namespace postern::adopt
