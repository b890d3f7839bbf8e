#ifndef LSN_BUILD_DESCRIPTION_H
#define LSN_BUILD_DESCRIPTION_H

/// How this program was built, as `lsn --version` says it: commit, configuration, compiler. Empty where swift build linked it.
const char *_Nonnull lsn_build_description(void);

#endif
