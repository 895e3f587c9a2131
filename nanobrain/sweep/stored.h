// What a sweep finds out once and keeps in its folder.
#pragma once

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/json.h"

namespace nanobrain {

/// A struct of fields out of a JSON file; as it begins where there is no file.
/// Error if the file is damaged, or what it says cannot be: check(path).
template <class T>
T read_stored(const fs::path& path) {
  T stored;
  if (!fs::exists(path)) return stored;
  try {
    read_fields(read_json(path), path.string() + ":", stored);
    stored.check(path.string());
  } catch (const Error& error) {
    throw Error(fmt::format(
        "{}; remove it: the sweep makes it again at its end", error.what()));
  }
  return stored;
}

} // namespace nanobrain
