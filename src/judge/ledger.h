/* ledger.h - what alerts need of a ledger beyond its public face. */
#ifndef SLOI_LEDGER_H
#define SLOI_LEDGER_H

#include "slo/ledger.h"

/* 1 when some correction of the SLI touches (from_ns, to_ns]. Any thread; ledger may be NULL. */
int sloi_ledger_any(const slo_ledger *ledger, uint32_t sli, int64_t from_ns, int64_t to_ns);

/* Could it be appended? Errors as slo_ledger_append; *correction is complete. */
slo_status sloi_ledger_check(const slo_ledger *ledger, const slo_correction *correction,
                             slo_error *error);

#endif
