// The file system as LevelDB sees it while it reads a copy: nothing that the copy shares with the node's own folder is ever
// written to, nothing is compacted, and which file was read last is known, as most of LevelDB's complaints do not say.
#pragma once

#include <leveldb/env.h>

#include <atomic>
#include <string>
#include <thread>

namespace rehearse {

// One for each database; used by the thread that made it, and by LevelDB's own in the background.
class ReadOnlyEnv : public leveldb::EnvWrapper {
 public:
  ReadOnlyEnv() : EnvWrapper(leveldb::Env::Default()) {}

  // From now on nothing can be written.
  void seal() { sealed_ = true; }
  // Name without folder; empty: none was.
  const std::string& last_read() const { return last_read_; }
  // Is called by files; what LevelDB reads in the background is nobody's question.
  void reads(const std::string& file);

  leveldb::Status NewSequentialFile(const std::string& file, leveldb::SequentialFile** out) override;
  leveldb::Status NewRandomAccessFile(const std::string& file, leveldb::RandomAccessFile** out) override;
  leveldb::Status NewWritableFile(const std::string& file, leveldb::WritableFile** out) override;
  leveldb::Status NewLogger(const std::string& file, leveldb::Logger** out) override;
  void Schedule(void (*work)(void*), void* argument) override;

 private:
  std::atomic<bool> sealed_ = false;
  const std::thread::id owner_ = std::this_thread::get_id();
  std::string last_read_;
};

}  // namespace rehearse
