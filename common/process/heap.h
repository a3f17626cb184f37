// The heap of a program that keeps much and does little: an arena for each thread, as the C library
// makes them, holds what the busiest moment of that thread took. Called by the controller; proxies
// take memory on every core at once and keep the library's ways, but give back what a great update
// left.
#pragma once

namespace postern::process {

// First in main, before there are threads: two arenas for all of them.
void keep_heap_small();

// What is free and in between goes back to the kernel. Takes some milliseconds for each 100 MiB, in
// which nobody else gets memory: after much was taken and given back, and not with each change.
void trim_heap();

}  // namespace postern::process
