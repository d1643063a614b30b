/*
 * slo/version.h - which libslo this is.
 *
 * The macros say what the program was compiled against, the functions what it
 * runs with. Compatible while the major numbers are equal (before 1.0: the
 * minor ones too). Any thread may call them.
 */
#ifndef SLO_VERSION_H
#define SLO_VERSION_H

#include "slo/status.h"

#define SLO_VERSION_MAJOR 0
#define SLO_VERSION_MINOR 1
#define SLO_VERSION_PATCH 0
#define SLO_VERSION_STRING "0.1.0"

SLO_BEGIN

/* MAJOR * 1000000 + MINOR * 1000 + PATCH of the library in use. */
SLO_API uint32_t slo_version(void);

/* The same as text, "0.1.0". Static. */
SLO_API const char *slo_version_string(void);

SLO_END

#endif
