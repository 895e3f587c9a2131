// The owner of a precompiled header; see NanobrainTarget.cmake.
