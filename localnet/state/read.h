// What was read of a database: a value, or why it cannot be read, or neither, when there is none.
#pragma once

#include <optional>
#include <string>

namespace rehearse {

template <class T>
struct Read {
  std::optional<T> value;
  std::string trouble;  // in words a user can act on; names the file where it is known

  explicit operator bool() const { return value.has_value(); }
  const T& operator*() const { return *value; }
  const T* operator->() const { return &*value; }
};

}  // namespace rehearse
