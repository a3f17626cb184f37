// Takes in what reflectors tell: starts them in their order, decides when everything was read once,
// and puts what is to be told among the arrivals. Secrets and ConfigMaps are read when it is known
// which of them are named, so that the content of no other is ever kept.
// Thread: the agenda's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "controller/kube/reflector.h"
#include "controller/source/arrivals.h"
#include "controller/source/content_questions.h"
#include "controller/source/kept_objects.h"

namespace postern::source {

struct IntakeTerms {
  std::string class_name;
  std::vector<std::string> namespaces;  // empty: all
  bool cluster_objects = true;          // else only what is of a namespace
};

class Intake {
 public:
  Intake(IntakeTerms terms, const kube::Grounds& grounds, Arrivals& arrivals);
  ~Intake();
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  void begin();

 private:
  class Feed;

  void add_feeds(bool of_content);
  // After each thing that was told.
  void flush(bool views_matter);
  void look_who_is_ready();
  [[nodiscard]] bool all_settled() const;
  [[nodiscard]] std::string waiting_for() const;

  const IntakeTerms terms_;
  const kube::Grounds grounds_;
  Arrivals& arrivals_;
  KeptObjects kept_;
  ContentQuestions questions_;
  std::vector<std::unique_ptr<Feed>> feeds_;
  bool content_is_read_ = false;
  bool is_complete_ = false;
};

}  // namespace postern::source
