// Work in a copy of this process, so that no other test is in its namespaces. GoogleTest's macros reach nobody from
// there: the first expectation that is not met ends the copy, and the test fails with its text.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "localnet/base/error.h"
#include "localnet/process/evidence.h"
#include "localnet/process/probe.h"

namespace rehearse::made {

inline void expect(bool holds, const std::string& what) {
  if (!holds) throw Error(Blame::machine, "not so: " + what);
}
inline void expect(const Evidence& e, bool holds = true) { expect(e.holds == holds, e.facts); }

inline void in_copy(const std::function<void()>& work) {
  EXPECT_EQ(in_child([&] {
              work();
              return std::string("done");
            }),
            "done");
}

}  // namespace rehearse::made
