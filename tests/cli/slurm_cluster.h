// A Slurm of one machine for a test: munge, controller and node daemon with
// folders and ports of their own, beside whatever the machine has.
#pragma once

#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/support.h"

namespace nanobrain::testing {

class SlurmCluster {
 public:
  /// The programs that it needs and this machine lacks; empty: none.
  static std::string missing_program() {
    std::string missing;
    for (const char* name :
         {"munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol"}) {
      if (find_daemon(name).empty()) missing += std::string(" ") + name;
    }
    return missing;
  }

  /// Starts the daemons and waits until the node takes jobs. std::runtime_error
  /// with the logs' ends where it does not within a minute.
  SlurmCluster() {
    // munge insists on a socket that everybody may reach.
    std::filesystem::permissions(dir_.path(), std::filesystem::perms(0755));
    for (const char* folder : {"munge", "state", "spool"}) {
      std::filesystem::create_directory(dir_ / folder);
    }
    write_text(dir_ / "munge/key", std::string(64, 'k'));
    std::filesystem::permissions(
        dir_ / "munge/key", std::filesystem::perms(0600));
    configure();
    try {
      start(
          {find_daemon("munged"),
           "--foreground",
           "--socket=" + path("munge/socket"),
           "--key-file=" + path("munge/key"),
           "--pid-file=" + path("munge/pid"),
           "--seed-file=" + path("munge/seed")});
      for (int i = 0;
           i < 100 && !std::filesystem::exists(dir_ / "munge/socket");
           ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
      start({find_daemon("slurmctld"), "-D", "-f", path("slurm.conf")});
      start(
          {find_daemon("slurmd"), "-D", "-f", path("slurm.conf"), "-N", "n0"});
      for (int i = 0; i < kStartSeconds * 5; ++i) {
        const auto nodes = run_process(
            {"sinfo", "--noheader", "--format=%t"},
            {.environment = environment()});
        if (nodes.out == "idle\n") return;
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
      }
      throw std::runtime_error("Slurm does not start:\n" + logs());
    } catch (...) {
      stop();
      throw;
    }
  }
  /// Stops them, with every job.
  ~SlurmCluster() { stop(); }
  SlurmCluster(const SlurmCluster&) = delete;
  SlurmCluster& operator=(const SlurmCluster&) = delete;

  /// What a client of this cluster needs in its environment.
  std::map<std::string, std::string> environment() const {
    return {{"SLURM_CONF", path("slurm.conf")}};
  }
  /// stdout of sbatch, squeue, scontrol or scancel; a test failure where the
  /// command fails.
  std::string run(const std::vector<std::string>& command) const {
    const auto result = run_process(command, {.environment = environment()});
    EXPECT_EQ(result.exit_code, 0) << command.front() << ": " << result.err;
    return result.out;
  }
  /// The ends of the daemons' logs.
  std::string logs() const {
    constexpr size_t kMost = 2000;
    std::string all;
    for (const char* name : {"munged.log", "slurmctld.log", "slurmd.log"}) {
      const std::string text = read_text(dir_ / name);
      all += std::string("== ") + name + "\n";
      all += text.size() > kMost ? text.substr(text.size() - kMost) : text;
    }
    return all;
  }

 private:
  static constexpr int kStartSeconds = 60;
  static constexpr int kStopSeconds = 40; // longer than Slurm waits to kill

  std::string path(const std::string& name) const { return dir_ / name; }

  /// Debian puts the daemons where not every PATH looks.
  static std::string find_daemon(const std::string& name) {
    for (const std::filesystem::path folder :
         {"/usr/sbin", "/usr/bin", "/usr/local/sbin"}) {
      if (std::filesystem::exists(folder / name)) return folder / name;
    }
    return "";
  }

  /// A TCP port that nobody listens at.
  static int free_port() {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const bool bound =
        bind(fd, generic, size) == 0 && getsockname(fd, generic, &size) == 0;
    close(fd);
    if (!bound) throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
  }

  static std::string host_name() {
    char name[256] = {};
    gethostname(name, sizeof(name) - 1);
    return name;
  }

  void configure() const {
    const passwd* user = getpwuid(geteuid());
    const std::string name = user != nullptr ? user->pw_name : "root";
    std::string conf = "ClusterName=test\nSlurmctldHost=" + host_name() +
                       "(127.0.0.1)\nSlurmUser=" + name +
                       "\nSlurmdUser=" + name;
    conf += "\nAuthType=auth/munge\nAuthInfo=socket=" + path("munge/socket");
    conf += "\nSlurmctldPort=" + std::to_string(free_port());
    conf += "\nStateSaveLocation=" + path("state");
    conf += "\nSlurmdSpoolDir=" + path("spool");
    conf += "\nSlurmctldPidFile=" + path("slurmctld.pid");
    conf += "\nSlurmdPidFile=" + path("slurmd.pid");
    // Processes are followed by their parents and left on their processors: no
    // cgroups, which a container may lack.
    conf +=
        "\nProctrackType=proctrack/linuxproc\nTaskPlugin=task/none"
        "\nJobAcctGatherType=jobacct_gather/none\nMpiDefault=none"
        "\nSelectType=select/cons_tres\nSelectTypeParameters=CR_CPU"
        "\nSlurmdParameters=config_overrides\nReturnToService=2";
    conf += "\nNodeName=n0 NodeHostname=" + host_name() +
            " NodeAddr=127.0.0.1 CPUs=2 Port=" + std::to_string(free_port());
    conf += "\nPartitionName=main Nodes=n0 Default=YES State=UP\n";
    write_text(dir_ / "slurm.conf", conf);
  }

  void start(const std::vector<std::string>& command) {
    const std::string log = path(
        std::filesystem::path(command.front()).filename().string() + ".log");
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("fork failed");
    if (child == 0) {
      const int out = open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
      dup2(out, 1);
      dup2(out, 2);
      std::vector<char*> argv;
      for (const auto& a : command)
        argv.push_back(const_cast<char*>(a.c_str()));
      argv.push_back(nullptr);
      execv(argv[0], argv.data());
      _exit(127);
    }
    daemons_.push_back(child);
  }

  void stop() {
    run_process({"scancel", "--me"}, {.environment = environment()});
    for (int i = 0; i < kStopSeconds * 5 && daemons_.size() == 3; ++i) {
      const auto jobs =
          run_process({"squeue", "--noheader"}, {.environment = environment()});
      if (jobs.out.empty()) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    // Each before those that it needs.
    for (auto daemon = daemons_.rbegin(); daemon != daemons_.rend(); ++daemon) {
      kill(*daemon, SIGTERM);
      waitpid(*daemon, nullptr, 0);
    }
    daemons_.clear();
  }

  TempDir dir_;
  std::vector<pid_t> daemons_;
};

} // namespace nanobrain::testing
