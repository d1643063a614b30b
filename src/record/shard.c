#define _DEFAULT_SOURCE /* sysconf's _SC_NPROCESSORS_CONF */
#include "record/shard.h"

#include <unistd.h>

#include "base/fail.h"

slo_status sloi_shard_count(uint32_t configured, uint64_t *shards, slo_error *error) {
  if (configured > SLOI_SHARD_MAX || (configured & (configured - 1)) != 0) {
    return sloi_fail_range(error, configured, 0, SLOI_SHARD_MAX, "shards (a power of two, or 0)");
  }
  *shards = configured;
  if (configured == 0) {
    /* configured, not online: a CPU may come back */
    long cpus = sysconf(_SC_NPROCESSORS_CONF);
    *shards = 1;
    while (*shards < SLOI_SHARD_MAX && cpus > 0 && *shards < (uint64_t)cpus) *shards *= 2;
  }
  return SLO_OK;
}
