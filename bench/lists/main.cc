// What it costs to read a list of 25 MB: cut into its objects, cut and decoded, and the same
// objects as a watch tells of them. The list is written as it is read, slice by slice, so that the
// growth of the process is the reader's own.
//   list_speed cut|decode|watch [SLICES] [FRAGMENT]
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "controller/decode/json_document.h"
#include "controller/frames/line_cut.h"
#include "controller/frames/list_cut.h"
#include "controller/frames/watch_event.h"

namespace {

using namespace postern;

constexpr int kEndpoints = 100;

std::string endpoint(int slice, int number) {
  const std::string pod = "pop-" + std::to_string(slice) + "-" + std::to_string(number);
  return R"({"addresses":["10.)" + std::to_string(slice % 256) + "." + std::to_string(slice / 256) +
         "." + std::to_string(number) +
         R"("],"conditions":{"ready":true,"serving":true,"terminating":false},"nodeName":"node-)" +
         std::to_string(number % 40) + R"(","targetRef":{"kind":"Pod","name":")" + pod +
         R"(","namespace":"mail","uid":"3f2d8a50-0000-4000-8000-00000000)" +
         std::to_string(1000 + number) + R"("},"zone":"zone-)" + std::to_string(number % 3) + "\"}";
}

std::string slice_text(int slice) {
  const std::string name = "pop-" + std::to_string(slice);
  std::string text =
      R"({"metadata":{"name":")" + name + R"(","namespace":"mail","resourceVersion":")" +
      std::to_string(100000 + slice) + R"(","labels":{"kubernetes.io/service-name":")" + name +
      R"("},"managedFields":[{"manager":"kube-controller-manager","operation":"Update",)"
      R"("apiVersion":"discovery.k8s.io/v1","fieldsType":"FieldsV1","fieldsV1":{"f:addressType":{},)"
      R"("f:endpoints":{},"f:metadata":{"f:labels":{".":{},"f:kubernetes.io/service-name":{}}},)"
      R"("f:ports":{}}}]},"addressType":"IPv4","endpoints":[)";
  for (int number = 0; number < kEndpoints; ++number) {
    if (number > 0) text += ',';
    text += endpoint(slice, number);
  }
  return text + R"(],"ports":[{"name":"imap","port":143,"protocol":"TCP"}]})";
}

class Reading {
 public:
  explicit Reading(std::string mode) : mode_(std::move(mode)) {}

  // False: it could not be read.
  bool take(ByteView octets) {
    for (;;) {
      const frames::Cut said = mode_ == "watch" ? lines_.next(octets) : list_.next(octets);
      if (said == frames::Cut::More) return true;
      if (said == frames::Cut::Bad || !take_piece()) return false;
      ++pieces;
    }
  }
  bool take_piece() {
    if (mode_ == "watch") return frames::read_watch_event(lines_.piece()).has_value();
    return mode_ == "cut" || decode::read_json(list_.piece()).has_value();
  }

  int pieces = 0;

 private:
  std::string mode_;
  frames::ListCut list_;
  frames::LineCut lines_;
};

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

long peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "cut";
  const int slices = argc > 2 ? std::atoi(argv[2]) : 1000;
  const std::size_t fragment = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 16384;
  const bool watch = mode == "watch";
  Reading reading(mode);
  std::size_t octets = 0;
  double seconds = 0;
  const auto give = [&](const std::string& text) {
    octets += text.size();
    const double before = cpu_seconds();
    for (std::size_t at = 0; at < text.size(); at += fragment) {
      if (!reading.take(ByteView(text).substr(at, fragment))) std::abort();
    }
    seconds += cpu_seconds() - before;
  };
  const long before = peak_kib();
  if (!watch) give(R"({"kind":"EndpointSliceList","metadata":{"resourceVersion":"9"},"items":[)");
  for (int slice = 0; slice < slices; ++slice) {
    if (watch) {
      give(R"({"type":"ADDED","object":)" + slice_text(slice) + "}\n");
    } else {
      give((slice > 0 ? "," : "") + slice_text(slice));
    }
  }
  if (!watch) give("]}\n");
  std::printf("%s: %d objects, %.1f MB, %.0f ms, %.0f MB/s, peak +%ld KiB\n", mode.c_str(),
              reading.pieces, static_cast<double>(octets) / 1e6, seconds * 1e3,
              static_cast<double>(octets) / 1e6 / seconds, peak_kib() - before);
  return reading.pieces == slices ? 0 : 1;
}
