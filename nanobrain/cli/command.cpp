#include "nanobrain/cli/command.h"

namespace nanobrain {

CLI::Option* add_overrides(
    CLI::App& command, std::vector<std::string>& overrides) {
  return command
      .add_option(
          "--set", overrides, "KEY=VALUE over the YAML; may be repeated")
      ->expected(1)
      ->take_all();
}

} // namespace nanobrain
