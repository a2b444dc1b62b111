// The compiled half of Boost.Process v2: header-only it does not link in 1.81, process_environment being defined here only.
#include <boost/process/v2/src.hpp>
