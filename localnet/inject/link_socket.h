// The sockets of link proxies: TCP over IPv4, never blocking, closed on exec.
#pragma once

#include <netinet/in.h>

#include "localnet/inject/link_condition.h"

namespace rehearse {

sockaddr_in socket_address(const SocketAddress&);  // throws Error(Blame::machine) for what is none
int listen_at(const SocketAddress&);               // throws Error(Blame::machine)
int port_of(int fd);
// A connection under way, without Nagle's delay; -1 when it failed at once.
int dial(const sockaddr_in&);
void without_delay(int fd);
// Both leave -1, and do nothing with it. The second has the peer get a RST.
void close_socket(int& fd);
void reset_socket(int& fd);

}  // namespace rehearse
