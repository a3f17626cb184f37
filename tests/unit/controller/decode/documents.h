// Documents and what decoding says of them, in few words.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "controller/decode/decoder.h"
#include "controller/decode/yaml.h"

namespace postern::decode {

// Reading the CRD takes a while: once a program.
inline const Decoder& test_decoder() {
  static const Decoder kDecoder;
  return kDecoder;
}
inline const SchemaNode& test_schema() { return test_decoder().schemas().mail_server; }
inline const SchemaNode& test_class_schema() { return test_decoder().schemas().mail_class; }

inline Node document(std::string_view text) {
  YamlDocuments read = read_yaml(text);
  EXPECT_FALSE(read.problem) << read.problem->message;
  EXPECT_EQ(read.documents.size(), 1U);
  return read.documents.empty() ? Node{} : std::move(read.documents[0]);
}

// A small MailServer; `more` is further lines of spec, `in_backend` further fields of its backend.
inline std::string mail_server_with(std::string_view more, std::string_view in_backend = "") {
  return std::string(
             "apiVersion: postern.dev/v1alpha1\n"
             "kind: MailServer\n"
             "metadata: {name: example, namespace: mail}\n"
             "spec:\n"
             "  hostnames: [mail.example.com]\n"
             "  tls: {certificateRefs: [{name: mail-tls}]}\n"
             "  backends:\n"
             "  - name: pods\n"
             "    service: {name: dovecot}\n") +
         (in_backend.empty() ? "" : "    " + std::string(in_backend) + "\n") + std::string(more);
}

// A MailClass; `spec` are its lines.
inline std::string mail_class_with(std::string_view spec) {
  return "apiVersion: postern.dev/v1alpha1\nkind: MailClass\nmetadata: {name: postern}\nspec:\n" +
         std::string(spec);
}

inline Decoded decode_text(std::string_view text) {
  Node node = document(text);
  return test_decoder().decode(node, "mail.yaml");
}

// Messages of all problems, one a line, with their fields unless the message names it.
inline std::string refusals(std::string_view text) {
  std::string out;
  for (const model::Problem& problem : decode_text(text).problems) {
    const bool named = problem.reason == model::kNotSupportedYet || problem.field.empty();
    out += (named ? "" : problem.field + ": ") + problem.message + "\n";
  }
  return out;
}

template <class T>
T decoded(std::string_view text) {
  Decoded out = decode_text(text);
  for (const model::Problem& problem : out.problems) ADD_FAILURE() << model::to_text(problem);
  const T* object = out.object ? model::as<T>(*out.object) : nullptr;
  if (object == nullptr) ADD_FAILURE() << "no such object";
  return object == nullptr ? T{} : *object;
}

}  // namespace postern::decode
