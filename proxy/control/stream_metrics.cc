#include "proxy/control/stream_metrics.h"

namespace postern::control {

namespace {

const char* label_of(adopt::State state) {
  switch (state) {
    case adopt::State::Active: return "active";
    case adopt::State::PartiallyActive: return "partially_active";
    case adopt::State::Rejected: return "rejected";
  }
  return "rejected";
}

const char* label_of(Origin origin) {
  switch (origin) {
    case Origin::None: return "none";
    case Origin::Stream: return "stream";
    case Origin::Disk: return "disk";
  }
  return "none";
}

}  // namespace

void StreamMetrics::count_update(adopt::State state) {
  registry_
      .counter("postern_updates_total", "updates of the configuration, by what came of them",
               {{"result", label_of(state)}})
      .add();
}

void StreamMetrics::set_origin(Origin origin) {
  for (const Origin one : {Origin::None, Origin::Stream, Origin::Disk}) {
    registry_
        .gauge("postern_config_origin", "1 at where the configuration in force comes from",
               {{"origin", label_of(one)}})
        .set(one == origin ? 1 : 0);
  }
}

}  // namespace postern::control
