#include "nanobrain/base/append_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace nanobrain {

AppendFile::AppendFile(std::filesystem::path path)
    : path_(std::move(path)), fd_(path_, O_WRONLY | O_CREAT | O_APPEND) {
  if (!fd_.is_open()) fail_errno(path_, "opened");
}

void AppendFile::append(std::string_view record) {
  write_all(fd_.get(), record.data(), record.size(), path_);
}

void AppendFile::sync() {
  if (fsync(fd_.get()) != 0) fail_errno(path_, "synced to disk");
}

} // namespace nanobrain
