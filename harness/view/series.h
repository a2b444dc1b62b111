// What a run's processes took, and its blocks, over time; and what of that can be held against other runs.
#pragma once

#include "harness/record/measures.h"
#include "harness/view/view.h"

namespace rehearse {

// Of each process of each node its samples, as far as they are known, and of the network the intervals between blocks but for those
// in which a fault acted. In the order of nodes and time.
std::vector<record::Series> series_of(const NetworkView&);

// Of those the slices (slices_of) of what was there for two minutes beyond its first: a process takes more and more in its first
// hundred blocks, whatever it runs.
std::vector<record::Series> long_series_of(const NetworkView&);

// The median over validators (of block intervals: over blocks) of what the old release takes in blocks 5 to 25 of a network, before
// anything went wrong, and the new one in the five blocks that follow its upgrade, where nothing did. Plans have those blocks in common,
// whatever they do later, how many nodes they have excepted. Not of the new one's database, which is as large as its height was far
// away, nor of a run that began from another's past.
std::vector<record::Measure> measures_of(const NetworkView&);

}  // namespace rehearse
