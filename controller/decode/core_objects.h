// Documents of Kubernetes' own kinds → model. They are not our schema: fields that we do not use
// are left alone, those that we use are checked. Nothing of a Secret's content is ever in a
// message.
#pragma once

#include "controller/decode/document.h"
#include "controller/decode/findings.h"
#include "controller/model/core_objects.h"

namespace postern::decode {

// "tls.crt=mail.pem,tls.key=mail.key": data of a Secret that stands in files beside the manifest.
inline constexpr std::string_view kDataFromFiles = "postern.dev/data-from-files";
// "127.0.0.11,127.0.0.12": the endpoints of a Service where there is no cluster to tell them.
inline constexpr std::string_view kAddresses = "postern.dev/addresses";
inline constexpr std::string_view kTlsSecret = "kubernetes.io/tls";

[[nodiscard]] model::SecretObject read_secret(const Node& document, model::Meta meta,
                                              Findings& findings);
// Of a Secret of type kubernetes.io/tls: reads the certificate. To be called again when its data
// came from files after decoding.
void read_certificate_of(model::SecretObject& secret);

[[nodiscard]] model::ConfigMapObject read_config_map(const Node& document, model::Meta meta,
                                                     Findings& findings);
[[nodiscard]] model::ServiceObject read_service(const Node& document, model::Meta meta,
                                                Findings& findings);
[[nodiscard]] model::EndpointSliceObject read_endpoint_slice(const Node& document, model::Meta meta,
                                                             Findings& findings);

}  // namespace postern::decode
