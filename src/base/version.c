#include "slo/version.h"

uint32_t slo_version(void) {
  return SLO_VERSION_MAJOR * 1000000u + SLO_VERSION_MINOR * 1000u + SLO_VERSION_PATCH;
}

const char *slo_version_string(void) {
  return SLO_VERSION_STRING;
}
