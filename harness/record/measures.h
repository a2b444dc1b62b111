// What is measured in a run and kept of it when the run is gone: how much its processes take, and how long a block takes.
#pragma once

#include <string>
#include <vector>

#include "localnet/base/json.h"
#include "localnet/base/names.h"
#include "localnet/base/slope.h"

namespace rehearse::record {

enum class Quantity { memory, goroutines, open_files, database, block_interval };
const Ordered<Quantity>& names(Quantity);
// "MB", "s"; empty: it is counted.
std::string unit_of(Quantity);

// The run's harness (at its peak), the soak that carries out one run after the other, or the chain's releases in it.
enum class Subject { old_release, new_release, harness, soak };
const Ordered<Subject>& names(Subject);

// One number of a run, which can be held against the same of another run.
struct Measure {
  Subject of = Subject::harness;
  Quantity what = Quantity::memory;
  double value = 0;  // in its unit
};

// Of one process of a node, or of the network.
struct Series {
  std::string node;  // empty: the network
  int process = 0;   // the node's incarnation; 0: the network
  Quantity what = Quantity::memory;
  std::vector<Measured> points = {};  // seconds since the run began, and in its unit
};

struct Measures {
  std::vector<Measure> of_run;
  std::vector<Series> series;  // in slices, of what lived for minutes
};

// As one process hands them to another.
nlohmann::json to_json(const Measures&);
// Throws nlohmann::json::exception or std::invalid_argument for what is none.
Measures measures_from_json(const nlohmann::json&);

}  // namespace rehearse::record
