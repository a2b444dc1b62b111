#include "localnet/state/read_only_env.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "localnet/base/fd.h"

namespace rehearse {

namespace {

using leveldb::Slice;
using leveldb::Status;

// LevelDB's own would map tables into memory, and what is mapped counts as ours.
class TableFile : public leveldb::RandomAccessFile {
 public:
  TableFile(Fd fd, std::string name, ReadOnlyEnv& env) : fd_(std::move(fd)), name_(std::move(name)), env_(env) {}

  Status Read(std::uint64_t offset, std::size_t n, Slice* result, char* scratch) const override {
    env_.reads(name_);
    std::size_t done = 0;
    while (done < n) {
      const auto got = ::pread(fd_.get(), scratch + done, n - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Status::IOError(name_, std::strerror(errno));
      if (got == 0) return Status::Corruption(name_, "it is cut off");
      done += static_cast<std::size_t>(got);
    }
    *result = Slice(scratch, n);
    return Status::OK();
  }

 private:
  Fd fd_;
  std::string name_;
  ReadOnlyEnv& env_;
};

// A manifest or a log.
class NotedFile : public leveldb::SequentialFile {
 public:
  NotedFile(std::unique_ptr<SequentialFile> file, std::string name, ReadOnlyEnv& env)
      : file_(std::move(file)), name_(std::move(name)), env_(env) {}

  Status Read(std::size_t n, Slice* result, char* scratch) override {
    env_.reads(name_);
    return file_->Read(n, result, scratch);
  }
  Status Skip(std::uint64_t n) override { return file_->Skip(n); }

 private:
  std::unique_ptr<SequentialFile> file_;
  std::string name_;
  ReadOnlyEnv& env_;
};

// Of a copy that is thrown away nothing has to survive a loss of power.
class ScratchFile : public leveldb::WritableFile {
 public:
  explicit ScratchFile(std::unique_ptr<WritableFile> file) : file_(std::move(file)) {}
  Status Append(const Slice& bytes) override { return file_->Append(bytes); }
  Status Close() override { return file_->Close(); }
  Status Flush() override { return file_->Flush(); }
  Status Sync() override { return file_->Flush(); }

 private:
  std::unique_ptr<WritableFile> file_;
};

// LevelDB would keep a file of its own; what it has to say comes back as a status.
class NoLog : public leveldb::Logger {
 public:
  void Logv(const char*, std::va_list) override {}
};

}  // namespace

void ReadOnlyEnv::reads(const std::string& file) {
  if (std::this_thread::get_id() == owner_) last_read_ = std::filesystem::path(file).filename();
}

Status ReadOnlyEnv::NewSequentialFile(const std::string& file, leveldb::SequentialFile** out) {
  reads(file);
  leveldb::SequentialFile* plain = nullptr;
  const auto status = target()->NewSequentialFile(file, &plain);
  if (status.ok()) *out = new NotedFile(std::unique_ptr<leveldb::SequentialFile>(plain), file, *this);
  return status;
}

Status ReadOnlyEnv::NewRandomAccessFile(const std::string& file, leveldb::RandomAccessFile** out) {
  Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return Status::IOError(file, std::strerror(errno));  // NotFound would be taken for a key's that is absent
  *out = new TableFile(std::move(fd), file, *this);
  return Status::OK();
}

// What has the number that LevelDB takes next may be a table that a node left unfinished, and its file the node's own.
Status ReadOnlyEnv::NewWritableFile(const std::string& file, leveldb::WritableFile** out) {
  if (sealed_) return Status::IOError(file, "the copy is only read");
  std::error_code none;
  std::filesystem::remove(file, none);
  leveldb::WritableFile* plain = nullptr;
  const auto status = target()->NewWritableFile(file, &plain);
  if (status.ok()) *out = new ScratchFile(std::unique_ptr<leveldb::WritableFile>(plain));
  return status;
}

Status ReadOnlyEnv::NewLogger(const std::string&, leveldb::Logger** out) {
  *out = new NoLog;
  return Status::OK();
}

// The work is to compact; it is the last thing that opening a database asks for. Nothing may be written then, and it ends
// at once. It cannot be left out: the database waits for it when it is closed.
void ReadOnlyEnv::Schedule(void (*work)(void*), void* argument) {
  seal();
  target()->Schedule(work, argument);
}

}  // namespace rehearse
