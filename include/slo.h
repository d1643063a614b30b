/*
 * slo.h - libslo: SLI/SLO math inside the process.
 *
 *   record   slo/counter.h    good, bad and excluded events
 *            slo/hist.h       latencies
 *            slo/writer.h     a row of cells of one's own: the price of an increment
 *            slo/snapshot.h   quantiles and thresholds of them
 *            slo/history.h    the same of the last hour, or day
 *   window   slo/window.h     what happened in the last W
 *            slo/tiers.h      how finely, and how far back
 *            slo/calendar.h   days, weeks, months as periods of a budget
 *            slo/recurrence.h maintenance that comes again every week
 *   judge    slo/sli.h        the menu: event -> good, bad, excluded
 *            slo/rule.h       a rule of one's own, as text
 *            slo/objective.h  targets
 *            slo/ledger.h     what was taken out of the count, and why
 *            slo/budget.h     how much unreliability is left
 *            slo/burn.h       how fast it goes
 *            slo/evidence.h   is it real, or chance
 *            slo/tier.h       what an alert looks at
 *            slo/alert.h      should somebody be woken
 *            slo/catalog.h    the tiers the world uses
 *   journey  slo/journey.h    what a user does, and what we promise about it
 *            slo/attempt.h    one user on one journey
 *            slo/definition.h journeys as bytes that everybody reads
 *            slo/lint.h       what is wrong with them
 *            slo/depend.h     what the parts say about the whole
 *            slo/composite.h  one SLO out of several, as others define it
 *   act      slo/target.h     from what was to what may be promised
 *   all      slo/monitor.h    everything above in one block
 *            slo/defined.h    opened from a definition
 *   simulate slo/fault.h      what goes wrong
 *            slo/traffic.h    a service that does not exist
 *            slo/backtest.h   what would these alerts have made of that
 *            slo/gameday.h    rehearse an outage
 *            slo/candidate.h  a target held against the past
 *   base     slo/status.h slo/version.h slo/memory.h slo/counts.h slo/time.h slo/shard.h
 */
#ifndef SLO_H
#define SLO_H

#include "slo/alert.h"
#include "slo/attempt.h"
#include "slo/backtest.h"
#include "slo/budget.h"
#include "slo/burn.h"
#include "slo/calendar.h"
#include "slo/candidate.h"
#include "slo/catalog.h"
#include "slo/composite.h"
#include "slo/counter.h"
#include "slo/counts.h"
#include "slo/defined.h"
#include "slo/definition.h"
#include "slo/depend.h"
#include "slo/evidence.h"
#include "slo/fault.h"
#include "slo/gameday.h"
#include "slo/hist.h"
#include "slo/history.h"
#include "slo/journey.h"
#include "slo/ledger.h"
#include "slo/lint.h"
#include "slo/memory.h"
#include "slo/monitor.h"
#include "slo/objective.h"
#include "slo/recurrence.h"
#include "slo/rule.h"
#include "slo/shard.h"
#include "slo/sli.h"
#include "slo/snapshot.h"
#include "slo/status.h"
#include "slo/target.h"
#include "slo/tier.h"
#include "slo/tiers.h"
#include "slo/time.h"
#include "slo/traffic.h"
#include "slo/version.h"
#include "slo/window.h"
#include "slo/writer.h"

#endif
