#include "tests/support/support.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace nanobrain::testing {

TempDir::TempDir() {
  std::string name = (fs::temp_directory_path() / "nanobrain-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("mkdtemp failed for " + name);
  }
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path source_dir() {
  return NANOBRAIN_SOURCE_DIR;
}

fs::path program(const std::string& name) {
  return fs::path(NANOBRAIN_BINARY_DIR) / "bin" / name;
}

fs::path shared_data() {
  const fs::path path = source_dir().parent_path() / "shared" / "data";
  return fs::exists(path) ? path : fs::path();
}

fs::path python() {
  return source_dir() / "build" / "deps" / "test" / "bin" / "python";
}

ProcessResult run_process(
    const std::vector<std::string>& arguments, const ProcessOptions& options) {
  // Files instead of pipes: no output is long enough to block the child.
  const TempDir scratch;
  write_text(scratch / "in", options.input);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    dup2(open((scratch / "in").c_str(), O_RDONLY), 0);
    dup2(open((scratch / "out").c_str(), O_CREAT | O_WRONLY, 0600), 1);
    dup2(open((scratch / "err").c_str(), O_CREAT | O_WRONLY, 0600), 2);
    for (const auto& [key, value] : options.environment) {
      setenv(key.c_str(), value.c_str(), 1);
    }
    if (options.max_file_bytes >= 0) {
      const rlim_t bytes = static_cast<rlim_t>(options.max_file_bytes);
      const rlimit limit{bytes, bytes};
      setrlimit(RLIMIT_FSIZE, &limit);
    }
    std::vector<char*> argv;
    for (const auto& a : arguments)
      argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return {
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
      read_text(scratch / "out"),
      read_text(scratch / "err")};
}

void write_text(const fs::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.insert(entry.path().filename());
  }
  return names;
}

} // namespace nanobrain::testing
