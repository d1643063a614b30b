/* vectors.c - what the library answers, as JSON lines that every language replays and compares.
 *
 * build/vectors FILE [DATA] writes them; DATA is the directory of real data, left out when it is
 * not there. Each line is one object, and holds all that its replay needs:
 *
 *   {"op": "monitor", "name": "...", ..inputs.., "out": ..}
 *
 *   op      what is replayed, see below; name says what for
 *   status  what the function returned, when that may be an error; without it: 0. On an error,
 *           unless said otherwise, "out" is absent; "error" is the slo_error's {field, value}
 *   out     what came out: every number, every verdict
 *
 * Structs are objects with the field names of C: without struct_size, reserved and the counts of
 * lists; a pointer to several is a list, one that is NULL is absent (a text: null), handles are
 * absent. Integers are numbers, above 2^53 (below -2^53) decimal strings. What is a struct in the
 * header is written by vectors_put.h. Results that are a NoData with a filled struct have status
 * -4 and out. Counts in lists are [good, bad, excluded].
 *
 * Pure functions. "call" is the C function without slo_, its arguments in "in" by their names in
 * the header, a list of answers or one:
 *   {"op": "pure", "call": "burn_eval", "in": {"counts": {..}, "objective_ppb": ..}, "out": ..}
 *
 * Objects, each created, driven and read by one line:
 *   counter     config, records [[outcome, times]..], late       out: slo_counter_tally
 *   hist        config, values [..] or draw {seed, n}, quantiles_ppb, le [..]
 *               out: summary, quantiles, thresholds [[threshold, within, beyond]..], le [..],
 *               buckets [[index, lower, upper, count]..] with a count, coarse: the same quantiles
 *               at scale 3; half: the same of the second half of the values, by subtracting
 *               draw: x is a 64-bit state, seed at first; for each value x = x *
 *               6364136223846793005 + 1442695040888963407 (mod 2^64), value = x >> (x >> 58)
 *   history     as hist in config, history, pushes [[now_ns, values of this step [..]]..],
 *               reads [[from_ns, to_ns]..]   out: [{status, used, p50, p99, count}..]
 *   window      config, pushes [[now_ns, [good, bad, excluded], flags, status]..], cumulative;
 *               corrections [slo_correction..], in a ledger of 16; spans_ns, deltas [[from, to]..],
 *               budgets [slo_budget_config..], whose ledger is that one
 *               out: windows [slo_delta..], deltas [..], corrected [[slo_delta, how many]..],
 *               summary, and for each budget {status, budget, explain, burndown (of 5 points),
 *               forecast {status, out} (lookback an hour, horizon a day), cost {status, cost_ppm,
 *               incident} (of the first of deltas), effects [..]: status or slo_correction_effect
 *               of correction 0 on windows}
 *   evidence    config, steps [[dt_ns, good, bad]..]             out: level after each
 *   monitor     config {slis, slos, window, corrections}, steps [[now_ns, flags, status, [counts
 *               since the last step, of each SLI]]..], ticked after they were counted; corrections
 *               [[index of the step before which it is made, slo_correction]..], reads [indices of
 *               steps after which each SLO is read]
 *               out: standings [[{status, out}..]..] of these, transitions [[..]..] of each
 *               SLO after the last step, statuses [[page, ticket]..] likewise, budgets
 *               [{status, config, explain}..] of each SLO
 *   journey     config, attempts [[begin_ns, end_ns, exclude, [[step, outcome]..], outcome]..]
 *               out: parts [[counts, unknown]..], blame [slo_blame..]
 *   definition  config   out: bytes (hex), fingerprint, findings of lint at now_ns, text of each;
 *               and a monitor opened from it: slis and slos (names), and with events
 *               [[sli, slo_event, outcome]..], attempts as of journey (of the first one) between
 *               two ticks at begin_ns and end_ns: standings of all SLOs and blame of SLO 0
 *   traffic     config, n    out: [[good, bad, bad_by_faults]..] of n slots, replicas of the last
 *   backtest    config, traffic (its slots, the first one too, are stepped), n, restart (before
 *               that slot; 0: never)    out: [{status, out}..] of each policy
 *   gameday     config       out: result, events
 */
#include <slo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON ---- */

static FILE *file;
static int comma; /* does the next value need one? */

static void put_key(const char *key) {
  if (comma) fputs(", ", file);
  if (key != NULL) fprintf(file, "\"%s\": ", key);
  comma = 0;
}

static void put_open(const char *key, char bracket) {
  if (key != NULL || comma) put_key(key);
  fputc(bracket, file);
  comma = 0;
}

static void put_close(char bracket) {
  fputc(bracket, file);
  comma = 1;
}

static void put_i64(const char *key, int64_t value) {
  const int64_t exact = INT64_C(1) << 53;
  put_key(key);
  fprintf(file, value > exact || value < -exact ? "\"%lld\"" : "%lld", (long long)value);
  comma = 1;
}

static void put_u64(const char *key, uint64_t value) {
  put_key(key);
  fprintf(file, value > UINT64_C(1) << 53 ? "\"%llu\"" : "%llu", (unsigned long long)value);
  comma = 1;
}

static void put_u32(const char *key, uint32_t value) {
  put_u64(key, value);
}

static void put_i32(const char *key, int32_t value) {
  put_i64(key, value);
}

static void put_element(int64_t value) {
  put_i64(NULL, value);
}

static void put_text(const char *key, const char *text) {
  put_key(key);
  comma = 1;
  if (text == NULL) {
    fputs("null", file);
    return;
  }
  fputc('"', file);
  for (; *text != 0; text++) {
    unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\') {
      fprintf(file, "\\%c", c);
    } else if (c < 0x20) {
      fprintf(file, "\\u%04x", c);
    } else {
      fputc(c, file);
    }
  }
  fputc('"', file);
}

#include "vectors_put.h"

#define PUT(key, type, value) (put_key(key), put_##type(value))

static unsigned lines;

static void line_open(const char *op, const char *name) {
  comma = 0;
  put_open(NULL, '{');
  put_text("op", op);
  put_text("name", name);
}

static void line_close(void) {
  put_close('}');
  fputc('\n', file);
  comma = 0;
  lines++;
}

/* Nothing here may fail but what is said to. */
static void must(slo_status status) {
  if (status == SLO_OK) return;
  fprintf(stderr, "vectors: line %u: %s\n", lines + 1, slo_strerror(status));
  exit(1);
}

static void put_status(slo_status status) {
  if (status != SLO_OK) put_i32("status", status);
}

static void put_counts_list(const slo_counts *c) {
  put_open(NULL, '[');
  put_u64(NULL, c->good);
  put_u64(NULL, c->bad);
  put_u64(NULL, c->excluded);
  put_close(']');
}

#include "vectors_objects.h"
#include "vectors_pure.h"

int main(int argc, char **argv) {
  file = argc > 1 ? fopen(argv[1], "w") : NULL;
  if (file == NULL) return fprintf(stderr, "usage: vectors FILE [DATA]\n"), 1;
  vectors_pure();
  vectors_objects();
  vectors_data(argc > 2 ? argv[2] : NULL);
  return fclose(file) != 0;
}
