#define _DEFAULT_SOURCE /* sysconf's _SC_NPROCESSORS_CONF */
#include "record/shard.h"

#include <unistd.h>

#include "base/fail.h"
#include "record/rseq.h"

uint32_t slo_shard_path(void) {
  sloi_rseq *here = sloi_rseq_here();
  return here != NULL && sloi_rseq_cpu(here) < SLO_SHARDS_MAX ? SLO_PATH_CPU : SLO_PATH_SHARED;
}

/* Configured, not online: a CPU may come back. */
static uint64_t shard_cpus(void) {
  long cpus = sysconf(_SC_NPROCESSORS_CONF);
  if (cpus < 1) return 1;
  return cpus > SLO_SHARDS_MAX ? SLO_SHARDS_MAX : (uint64_t)cpus;
}

static int shard_power_of_two(uint64_t n) {
  return n != 0 && (n & (n - 1)) == 0;
}

slo_status sloi_rows_plan(uint32_t shards, uint32_t cpus, uint32_t writers, uint32_t path,
                          sloi_rows *rows, slo_error *error) {
  if (shards > SLO_SHARDS_MAX || (shards != 0 && !shard_power_of_two(shards))) {
    return sloi_fail_range(error, shards, 0, SLO_SHARDS_MAX, "shards (a power of two, or 0)");
  }
  if (cpus > SLO_SHARDS_MAX) return sloi_fail_range(error, cpus, 0, SLO_SHARDS_MAX, "cpus");
  if (writers > SLO_WRITERS_MAX) {
    return sloi_fail_range(error, writers, 0, SLO_WRITERS_MAX, "writers");
  }
  if (path > SLO_PATH_CPU) return sloi_fail_range(error, path, 0, SLO_PATH_CPU, "path");
  /* an explicit number of shared rows asks for them, unless per-CPU rows are asked for too */
  if (path == SLO_PATH_AUTO) path = shards != 0 && cpus == 0 ? SLO_PATH_SHARED : slo_shard_path();
  rows->cpus = path == SLO_PATH_CPU ? (cpus != 0 ? cpus : shard_cpus()) : 0;
  rows->shared = shards;
  if (shards == 0) {
    uint64_t wanted = path == SLO_PATH_CPU ? 1 : shard_cpus();
    for (rows->shared = 1; rows->shared < wanted;) rows->shared *= 2;
  }
  rows->owned = writers;
  return SLO_OK;
}

int sloi_rows_valid(const sloi_rows *rows) {
  return rows->shared <= SLO_SHARDS_MAX && shard_power_of_two(rows->shared) &&
         rows->cpus <= SLO_SHARDS_MAX && rows->owned <= SLO_WRITERS_MAX;
}
