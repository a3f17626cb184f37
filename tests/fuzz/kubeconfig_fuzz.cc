// A kubeconfig from somewhere: it leads to a server or is refused in words, and what it leads to is
// fit for a line of HTTP, sends no secret in clear text over a network, and asks no file and no
// program for anything while it is read.
#include "controller/kube/kubeconfig.h"
#include "controller/kube/request_head.h"
#include "controller/kube/server_url.h"
#include "tests/fuzz/fuzz.h"

using namespace postern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto found = kube::parse_kubeconfig(text, {"", "/etc/kube"});
  if (!found) {
    fuzz::promise(!found.error().empty(), "a refusal has words");
    return 0;
  }
  const kube::ApiAccess& access = found->access;
  fuzz::promise(!access.host.empty() && access.port != 0, "it leads somewhere");
  fuzz::promise(access.unverified == !found->warnings.empty(), "who believes everybody is warned");
  const bool has_secret = !access.token.empty() || !access.key.empty();
  fuzz::promise(access.tls || !has_secret || kube::is_loopback(access),
                "no secret goes over a network in clear text");
  fuzz::promise(access.certificate.empty() == access.key.empty(), "a pair is whole");
  kube::Request request;
  request.target = "/version";
  const auto head = kube::request_head(request, access, {});
  fuzz::promise(head.has_value(), "a server that was taken can be asked");
  fuzz::promise(head->find("\r\n\r\n") == head->size() - 4, "one request is one request");
  return 0;
}
