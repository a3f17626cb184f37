// How proxies log in at backends, and who may log in as others: parts of BACKEND and SERVER. Only
// files of this room call them.
#pragma once

#include "common/wire/decoding.h"

namespace postern::wire {

void encode_login(const config::BackendLogin& login, pb::BackendLogin& out);
[[nodiscard]] config::BackendLogin decode_login(const pb::BackendLogin& message,
                                                const FieldPath& here, Decoding& decoding);

void encode_master_users(const config::MasterUsers& users, pb::MasterUsers& out);
[[nodiscard]] config::MasterUsers decode_master_users(const pb::MasterUsers& message,
                                                      Decoding& decoding);

}  // namespace postern::wire
