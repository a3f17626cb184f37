// One file → its documents, each decoded by itself. Pure: what a document takes from elsewhere
// (files of a Secret, addresses of names) is filled in by Completion.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/decode/decoder.h"
#include "controller/model/objects.h"
#include "controller/model/problem.h"
#include "controller/source/file_reader.h"
#include "controller/source/file_stamp.h"

namespace postern::source {

struct DataFile {
  std::string path;
  Seen seen;
  // Folder and entry of each link on the way, and of the file: a change to one of them may lead
  // elsewhere.
  std::vector<std::pair<std::string, std::string>> way;
};

struct Document {
  enum class State {
    Decoded,
    Refused,  // the last good version of that object stays
    Unused,   // of a kind that nobody here asks for
    Missed,   // was in this file, and may be what a refused document beside it was meant to be
  };

  model::ObjectKey key;  // as far as it can be read; an empty name: none
  model::Place place;
  State state = State::Refused;
  std::shared_ptr<model::Object> decoded;  // of Decoded only
  bool generation_written = false;
  model::Problems problems;  // of decoding

  // Of completion; `object` is null until everything is there, then the last good one stays.
  std::shared_ptr<model::Object> object;
  std::vector<DataFile> data_files;
  model::Problems completion_problems;

  std::optional<model::Place> first;  // where the same object is written first, which counts
};

struct Manifest {
  std::vector<Document> documents;
  model::Problems problems;  // of the file as a whole
  bool parsed = false;       // false: what was known of the file stays
};

// What a file says.
[[nodiscard]] Manifest read_manifest(const FileContent& content, const std::string& file,
                                     const decode::Decoder& decoder);

// A file that has nothing where objects were is being written, or was emptied by mistake: a file is
// taken away by removing it. And while a document is refused because of its kind or name, a slip of
// a letter may have made it of one that was known: then nothing `known` of this file goes.
struct Before {
  const std::string& file;
  const std::vector<Document>& documents;
  std::function<bool(const model::ObjectKey&)> known;  // there is a good version of it
};
void keep_what_was_known(const Before& before, Manifest& now);

[[nodiscard]] model::Problem file_problem(const std::string& file, decode::Mark mark,
                                          std::string reason, std::string message);

}  // namespace postern::source
