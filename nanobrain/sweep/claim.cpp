#include "nanobrain/sweep/claim.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "nanobrain/base/descriptor.h"
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
  const int fd = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) fail_errno(lock, "opened");
  Claim claim(fd);
  struct flock whole = whole_file();
  if (fcntl(fd, F_OFD_SETLK, &whole) == 0) return claim;
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
  const int fd = open(lock.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return false; // nobody has been here, or it is not ours to write
  const Claim closes_it(fd);
  struct flock other = whole_file();
  return fcntl(fd, F_OFD_GETLK, &other) == 0 && other.l_type != F_UNLCK;
}

Claim::Claim(Claim&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Claim& Claim::operator=(Claim&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Claim::~Claim() {
  if (fd_ >= 0) close(fd_);
}

} // namespace nanobrain
