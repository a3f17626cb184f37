// The Kubernetes objects that MailServers name: the fields that we use, no more.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/address.h"
#include "common/base/secret.h"
#include "controller/model/meta.h"

namespace postern::model {

// What decoding read in `tls.crt`, so that nobody after it has to parse certificates.
struct CertificateFacts {
  std::vector<std::string> dns_names;  // of the leaf, lower case, sorted
  std::int64_t not_before_unix_s = 0;
  std::int64_t not_after_unix_s = 0;
  std::string problem;        // empty: chain and key are usable and belong together
  bool key_mismatch = false;  // that is the problem: the key is another certificate's
  friend bool operator==(const CertificateFacts&, const CertificateFacts&) = default;
};

struct SecretObject {
  Meta meta;
  std::string type;  // "kubernetes.io/tls"
  std::map<std::string, SharedSecret> data;
  std::optional<CertificateFacts> certificate;  // of type kubernetes.io/tls only
  friend bool operator==(const SecretObject&, const SecretObject&) = default;
};

struct ConfigMapObject {
  Meta meta;
  std::map<std::string, std::string> data;
  friend bool operator==(const ConfigMapObject&, const ConfigMapObject&) = default;
};

struct ServicePort {
  std::string name;
  std::string app_protocol;
  std::uint16_t port = 0;
  std::uint16_t target_port = 0;  // 0: named, or absent (then it is `port`)
  std::string target_port_name;   // matched against EndpointSlice port names
  friend bool operator==(const ServicePort&, const ServicePort&) = default;
};

struct ServiceObject {
  Meta meta;
  std::vector<ServicePort> ports;
  bool has_selector = false;
  // postern.dev/addresses, parsed: the endpoints of a Service in a directory.
  std::vector<IpAddress> addresses;
  // The same as written, when host names are among them: whoever has the object resolves them and
  // fills in `addresses`, in this order.
  std::vector<std::string> address_names;
  // spec.clusterIPs of the API server's Service, where no MailServer may point; of no other one.
  std::vector<IpAddress> api_addresses = {};
  friend bool operator==(const ServiceObject&, const ServiceObject&) = default;
};

struct SliceEndpoint {
  std::vector<IpAddress> addresses;
  bool ready = true;  // absent counts as ready
  bool serving = true;
  bool terminating = false;
  std::string hostname;
  std::string target_pod;       // targetRef of kind Pod
  std::string target_uid = {};  // of that Pod
  std::string zone = {};        // empty: not told
  friend bool operator==(const SliceEndpoint&, const SliceEndpoint&) = default;
};
struct SlicePort {
  std::string name;
  std::string app_protocol;
  std::uint16_t port = 0;
  friend bool operator==(const SlicePort&, const SlicePort&) = default;
};
struct EndpointSliceObject {
  Meta meta;
  std::string service;  // label kubernetes.io/service-name
  std::vector<SlicePort> ports;
  std::vector<SliceEndpoint> endpoints;
  // resourceVersion, as a number: of two slices that tell of one pod the newer one knows. 0: none.
  std::uint64_t revision = 0;
  friend bool operator==(const EndpointSliceObject&, const EndpointSliceObject&) = default;
};

}  // namespace postern::model
