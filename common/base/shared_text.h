// SharedText: a long text that never changes, so that copies share it: a chain of certificates is
// in a draft, a resource and a snapshot, and in memory once. Equal by what it says.
#pragma once

#include <memory>
#include <string>
#include <utility>

namespace postern {

class SharedText {
 public:
  SharedText() = default;
  SharedText(std::string text)  // NOLINT(google-explicit-constructor): it is a text
      : text_(std::make_shared<const std::string>(std::move(text))) {}

  SharedText(const char* text)
      : SharedText(std::string(text)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] const std::string& text() const {
    static const std::string none;
    return text_ ? *text_ : none;
  }
  friend bool operator==(const SharedText& a, const SharedText& b) {
    return a.text_ == b.text_ || a.text() == b.text();
  }

 private:
  std::shared_ptr<const std::string> text_;
};

}  // namespace postern
