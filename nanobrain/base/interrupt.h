// SIGINT and SIGTERM as a flag that long work polls.
#pragma once

namespace nanobrain {

/// Installs the handlers. A second signal, half a second after the first or
/// later, ends the process at once.
void install_interrupt_handlers();
/// True once SIGINT or SIGTERM has come.
bool interrupted();
/// Throws Interrupted once a signal has come, for work that has nothing to
/// save beyond what its destructors remove.
void check_interrupted();

} // namespace nanobrain
