// The report as a page that follows its folders.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// Serves the page on 127.0.0.1 alone and what `data` gives, asked again for
/// each request that comes a second after the last, until a signal comes. Port
/// 0: one that is free. `ready` gets the address, "http://127.0.0.1:8123/".
/// Error if the port is taken. What `data` throws is answered with 503, so
/// that a folder in the making stops nothing.
void serve_report(
    int port,
    const std::function<Json()>& data,
    const std::function<void(const std::string& address)>& ready);

} // namespace nanobrain
