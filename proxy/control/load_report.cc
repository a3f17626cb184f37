#include "proxy/control/load_report.h"

#include <chrono>

namespace postern::control {

namespace pb = config::v1alpha1;

void put_time(WallTime from, google::protobuf::Timestamp& to) {
  const auto since = from.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  to.set_seconds(seconds.count());
  to.set_nanos(static_cast<std::int32_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds).count()));
}

pb::ProxyMessage LoadReports::message(const LoadCounts& counts, WallTime now) {
  pb::ProxyMessage message;
  pb::LoadReport& report = *message.mutable_load();
  put_time(now, *report.mutable_time());
  for (const ListenerCounts& listener : counts.listeners) {
    pb::ListenerLoad& load = *report.add_listeners();
    load.set_name(listener.name);
    load.set_open(listener.open);
    load.set_pre_auth(listener.pre_auth);
    load.set_accepted_total(listener.accepted_total);
    load.set_refused_total(listener.refused_total);
    load.set_auth_failed_total(listener.auth_failed_total);
  }
  // Made anew each time, so that endpoints that are gone are forgotten.
  decltype(told_) now_told;
  for (const EndpointCounts& endpoint : counts.endpoints) {
    const auto key = std::make_pair(endpoint.backend, endpoint.endpoint);
    const Told what{endpoint.sessions, endpoint.connect_failed_total};
    now_told[key] = what;
    const auto before = told_.find(key);
    if (before != told_.end() && before->second == what) continue;
    pb::EndpointLoad& load = *report.add_endpoints();
    load.set_backend(endpoint.backend);
    load.set_endpoint(endpoint.endpoint);
    load.set_sessions(endpoint.sessions);
    load.set_connect_failed_total(endpoint.connect_failed_total);
  }
  told_ = std::move(now_told);
  return message;
}

}  // namespace postern::control
