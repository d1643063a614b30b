/* window.h - what the floors above need of a window beyond its public face. */
#ifndef SLOI_WINDOW_H
#define SLOI_WINDOW_H

#include "slo/window.h"

/* When the slice of the finest tier that the newest reading lies in began: a multiple of its
 * step. SLO_ENODATA before the first push. Any thread. */
slo_status sloi_window_slice(const slo_window *window, int64_t *begin_ns, int64_t *newest_ns);

#endif
