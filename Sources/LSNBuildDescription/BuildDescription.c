#include "BuildDescription.h"

// Weak: Scripts/make-program links another definition in its place, so that no commit is compiled in and none compiles anything anew.
__attribute__((weak)) const char *lsn_build_description(void) { return ""; }
