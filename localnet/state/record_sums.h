// What one side of an invariant comes to: records of a store, taken apart by how they are written, counted or
// added up.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <map>
#include <string>
#include <vector>

#include "localnet/state/invariant.h"

namespace rehearse {

using Number = boost::multiprecision::cpp_int;

// Numbers are kept with the decimals of a cosmos.Dec, whatever those of the records are.
inline constexpr int kMostDecimals = 18;

struct Sums {
  // The parts of the key that tell sums apart, in the order of RecordSum::by -> the number, times
  // 10^kMostDecimals.
  std::map<std::vector<std::string>, Number> by;
  std::string malformed;  // the first record that is not of the form; empty: all are
};

// What is wrong with how it is written; empty: nothing.
std::string wrong_form(const RecordSum&);

// With trouble when the store is not there, or has too many such records. Of one whose form is right.
Read<Sums> read_sums(const RecordSum&, const ApplicationState&, std::int64_t version);

}  // namespace rehearse
