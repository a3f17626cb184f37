#include "controller/kube/reflector_counts.h"

namespace postern::kube {

ReflectorCounts::ReflectorCounts(Metrics& metrics, const std::string& collection)
    : metrics_(metrics),
      collection_(collection),
      lists_(metrics.counter("postern_reflector_lists_total",
                             "Lists that were asked of the API server, streamed ones included.",
                             {{"resource", collection}})),
      watches_(metrics.counter("postern_reflector_watches_total",
                               "Watches that were asked of the API server.",
                               {{"resource", collection}})),
      short_watches_(metrics.counter("postern_reflector_short_watches_total",
                                     "Watches that ended within a second, or without an event.",
                                     {{"resource", collection}})),
      last_event_(metrics.gauge("postern_reflector_last_event_timestamp_seconds",
                                "When the API server was last heard of, bookmarks included.",
                                {{"resource", collection}})) {}

void ReflectorCounts::listed_again(std::string_view reason) {
  metrics_
      .counter("postern_reflector_relists_total",
               "Watches that could not go on, so that everything was listed again, by the reason.",
               {{"resource", collection_}, {"reason", std::string(reason)}})
      .add();
}

void ReflectorCounts::heard(WallTime now) {
  last_event_.set(std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
}

}  // namespace postern::kube
