// Where the checkout lies: for tests that read pages, scripts and golden files. Made by CMake, in
// an object of its own, so that no other object depends on where that is.
#pragma once

namespace postern::test {

extern const char* const kSourceDir;

}  // namespace postern::test
