// Functions that are given local arrays of a kernel are INLINED. (Where the compiler specialises one for its array instead, PoCL
// 3.1 lets work-groups that run at the same time share the array.)
#ifndef INLINED_CL
#define INLINED_CL

#define INLINED __attribute__((always_inline)) static inline

#endif
