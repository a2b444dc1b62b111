// A process in which nothing runs for a while, so that it can be changed from outside.
#pragma once

namespace rehearse {

class StoppedProcess {
 public:
  // Stops it (SIGSTOP) and returns when each of its threads stands: about a millisecond where processors are free, longer
  // where a thread waits for one or for the disk. Throws Error(Blame::machine) when it has ended, is traced, or does not
  // stand after two seconds.
  explicit StoppedProcess(int pid);
  ~StoppedProcess();  // lets it run, unless it stood before
  StoppedProcess(const StoppedProcess&) = delete;

 private:
  int pid_;
  bool stood_before_;
};

}  // namespace rehearse
