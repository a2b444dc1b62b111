// Where a node of a rehearsal listens: on the standard ports of the Cosmos SDK, at a loopback address of its own.
#pragma once

#include <string>

namespace rehearse {

inline constexpr int p2p_port = 26656;
inline constexpr int rpc_port = 26657;
inline constexpr int metrics_port = 26660;
inline constexpr int rest_port = 1317;
inline constexpr int grpc_port = 9090;
inline constexpr int pprof_port = 6060;

// For the chain's own command line: "tcp://127.7.1.1:26657".
inline std::string rpc_address(const std::string& ip) { return "tcp://" + ip + ":" + std::to_string(rpc_port); }
// For HTTP.
inline std::string rpc_url(const std::string& ip) { return "http://" + ip + ":" + std::to_string(rpc_port); }
inline std::string pprof_url(const std::string& ip) { return "http://" + ip + ":" + std::to_string(pprof_port); }
inline std::string rest_url(const std::string& ip) { return "http://" + ip + ":" + std::to_string(rest_port); }

}  // namespace rehearse
