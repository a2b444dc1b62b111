// A rehearsal on a chain that makes a block a millisecond and answers as it is told; its clock is at as many seconds as it has blocks.
#pragma once

#include <functional>
#include <optional>

#include "tests/unit/support/made_rehearsal.h"

namespace rehearse::made {

class ChainTest : public RehearsalTest {
 protected:
  // `binary`: of the chain's own commands.
  void start_chain(const std::filesystem::path& binary = {}) {
    NetworkPlan plan;
    plan.folder = folder_.path(), plan.binary = binary;
    network_.emplace(loop_, http_, r_, profile_, addresses_, std::move(plan));
    r_.set_network(&*network_);
    chain_ = loop_.every(1ms, [this] { next_block(); });
  }
  virtual void next_block() = 0;

  static AnswerSource rest(const char* path, const char* at) {
    AnswerSource s;
    s.rest = path, s.at = at;
    return s;
  }

  static StepFailed failed(const std::function<void()>& work) {
    try {
      work();
    } catch (const StepFailed& e) {
      return e;
    }
    ADD_FAILURE() << "it did not throw";
    return StepFailed("");
  }

  AddressBlock addresses_ = AddressBlock::claim(folder_.path());
  std::optional<FakeNetwork> network_;
  Loop::Handle chain_;
  std::int64_t height_ = 10;
};

}  // namespace rehearse::made
