// The Asio side of Loop, for the few files that need it (loop.cc, child.cc).
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "localnet/process/loop.h"

namespace rehearse {

struct Loop::Impl {
  boost::asio::io_context context{1};
  boost::asio::signal_set signals{context};
};

}  // namespace rehearse
