/* snapshot.h - the row of a snapshot, for those in this room who fill one. */
#ifndef SLOI_SNAPSHOT_H
#define SLOI_SNAPSHOT_H

#include "record/shape.h"
#include "slo/snapshot.h"

/* The row, to be changed: what slo_snapshot_prepare derived from it is forgotten. NULL when the
 * snapshot has another shape. */
uint64_t *sloi_snapshot_row(slo_snapshot *snapshot, const sloi_shape *shape);

#endif
