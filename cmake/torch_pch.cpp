// The owner of the precompiled LibTorch header; see NanobrainTarget.cmake.
