#include "nanobrain/sweep/claim.h"

#include <fcntl.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "nanobrain/base/interrupt.h"

namespace nanobrain {

namespace {

constexpr std::chrono::milliseconds kPoll(200);

struct flock whole_file() {
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return whole;
}

} // namespace

std::optional<Claim> Claim::take(const std::filesystem::path& lock) {
  Descriptor fd(lock, O_RDWR | O_CREAT);
  if (!fd.is_open()) fail_errno(lock, "opened");
  struct flock whole = whole_file();
  if (fcntl(fd.get(), F_OFD_SETLK, &whole) == 0) return Claim(std::move(fd));
  if (errno == EAGAIN || errno == EACCES) return std::nullopt;
  fail_errno(lock, "locked");
}

Claim Claim::wait(const std::filesystem::path& lock) {
  for (;;) {
    if (auto claim = take(lock)) return std::move(*claim);
    check_interrupted();
    std::this_thread::sleep_for(kPoll);
  }
}

bool Claim::is_taken(const std::filesystem::path& lock) {
  const Descriptor fd(lock, O_RDWR);
  struct flock other = whole_file();
  // Not open: nobody has been here, or it is not ours to write.
  return fd.is_open() && fcntl(fd.get(), F_OFD_GETLK, &other) == 0 &&
         other.l_type != F_UNLCK;
}

} // namespace nanobrain
