#include "slo/fault.h"

#include "base/fail.h"
#include "base/u128.h"

#define FAULT_ALL UINT32_C(1000000)

static const struct {
  const char *name;
  uint32_t kind;
  const char *arguments; /* a letter each: l latency_ns, j jitter_ns, r rate_per_s, b bytes */
  int least;
} FAULT_KIND[] = {
    {"latency", SLO_FAULT_LATENCY, "lj", 1},      {"down", SLO_FAULT_DOWN, "", 0},
    {"timeout", SLO_FAULT_TIMEOUT, "", 0},        {"reset_peer", SLO_FAULT_RESET_PEER, "", 0},
    {"bandwidth", SLO_FAULT_BANDWIDTH, "r", 1},   {"slicer", SLO_FAULT_SLICER, "bl", 2},
    {"limit_data", SLO_FAULT_LIMIT_DATA, "b", 1},
};
enum { FAULT_KINDS = sizeof FAULT_KIND / sizeof FAULT_KIND[0] };

/* ---- check ---- */

static int fault_takes(uint32_t kind, char argument) {
  return strchr(FAULT_KIND[kind - 1].arguments, argument) != NULL;
}

/* Everything but when. */
static slo_status fault_check_what(const slo_fault *f, slo_error *error) {
  if (f->kind < SLO_FAULT_LATENCY || f->kind > SLO_FAULT_LIMIT_DATA) {
    return sloi_fail_range(error, f->kind, SLO_FAULT_LATENCY, SLO_FAULT_LIMIT_DATA, "kind");
  }
  if (f->shape > SLO_FAULT_RAMP) {
    return sloi_fail_range(error, f->shape, SLO_FAULT_STEP, SLO_FAULT_RAMP, "shape");
  }
  if (f->toxicity_ppm > FAULT_ALL) {
    return sloi_fail_range(error, f->toxicity_ppm, 0, FAULT_ALL, "toxicity_ppm");
  }
  if (f->reserved != 0) return sloi_fail(error, SLO_EVERSION, f->reserved, "reserved");
  int64_t most = fault_takes(f->kind, 'l') ? SLO_DAY_NS : 0;
  if (f->latency_ns < 0 || f->latency_ns > most) {
    return sloi_fail_range(error, f->latency_ns, 0, most, "latency_ns");
  }
  most = fault_takes(f->kind, 'j') ? f->latency_ns : 0;
  if (f->jitter_ns < 0 || f->jitter_ns > most) {
    return sloi_fail_range(error, f->jitter_ns, 0, most, "jitter_ns");
  }
  int takes = fault_takes(f->kind, 'r');
  if ((f->rate_per_s != 0) != takes) {
    return sloi_fail_range(error, sloi_shown(f->rate_per_s), takes, takes ? INT64_MAX : 0,
                           "rate_per_s");
  }
  takes = fault_takes(f->kind, 'b');
  if ((f->bytes != 0) != takes) {
    return sloi_fail_range(error, sloi_shown(f->bytes), takes, takes ? INT64_MAX : 0, "bytes");
  }
  return SLO_OK;
}

slo_status slo_fault_check(const slo_fault *fault, slo_error *error) {
  if (fault == NULL) return sloi_fail(error, SLO_EINVAL, 0, "fault (NULL)");
  slo_status status = fault_check_what(fault, error);
  if (status != SLO_OK) return status;
  const slo_period *p = &fault->period;
  if (p->start_ns < 0 || p->start_ns >= SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, p->start_ns, 0, SLO_TIME_MAX_NS - 1, "period.start_ns");
  }
  if (p->end_ns <= p->start_ns || p->end_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, p->end_ns, p->start_ns + 1, SLO_TIME_MAX_NS, "period.end_ns");
  }
  return SLO_OK;
}

/* ---- parse ---- */

typedef struct fault_text {
  const char *text, *at;
  slo_error *error;
} fault_text;

static slo_status fault_text_fail(const fault_text *t, const char *what) {
  return sloi_fail(t->error, SLO_EPARSE, t->at - t->text, "%s", what);
}

static void fault_text_skip(fault_text *t) {
  while (*t->at == ' ' || *t->at == '\t') t->at++;
}

/* Steps over `c` and the blanks around it. */
static int fault_text_sign(fault_text *t, char c) {
  fault_text_skip(t);
  if (*t->at != c) return 0;
  t->at++;
  fault_text_skip(t);
  return 1;
}

static int fault_letter(char c) {
  return (c >= 'a' && c <= 'z') || c == '_';
}

static int fault_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Steps over `word` when it is a whole one. */
static int fault_text_word(fault_text *t, const char *word) {
  size_t n = strlen(word);
  if (strncmp(t->at, word, n) != 0 || fault_letter(t->at[n]) || fault_digit(t->at[n])) return 0;
  t->at += n;
  return 1;
}

static slo_status fault_text_integer(fault_text *t, const char *field, uint64_t *value) {
  uint64_t v = 0;
  if (!fault_digit(*t->at)) return fault_text_fail(t, field);
  for (; fault_digit(*t->at); t->at++) {
    uint64_t digit = (uint64_t)(*t->at - '0');
    if (v > (UINT64_MAX - digit) / 10) {
      return sloi_fail_range(t->error, INT64_MAX, 1, INT64_MAX, "%s", field);
    }
    v = v * 10 + digit;
  }
  *value = v;
  return SLO_OK;
}

static slo_status fault_text_span(fault_text *t, const char *field, int64_t *span_ns) {
  char span[64];
  size_t n = 0;
  slo_error e = {0};
  e.struct_size = (uint32_t)sizeof e;
  while (n < sizeof span - 1 && (fault_letter(t->at[n]) || fault_digit(t->at[n]))) n++;
  memcpy(span, t->at, n);
  span[n] = '\0';
  slo_status status = slo_span_parse(span, span_ns, &e);
  if (status == SLO_OK) {
    t->at += n;
  } else if (status == SLO_EPARSE) {
    t->at += e.value;
    return sloi_fail(t->error, status, t->at - t->text, "%s, a span such as 300ms", field);
  } else {
    return sloi_fail_range(t->error, INT64_MAX, 0, SLO_DAY_NS, "%s", field);
  }
  return status;
}

static slo_status fault_text_argument(fault_text *t, char argument, slo_fault *f) {
  switch (argument) {
    case 'l':
      return fault_text_span(t, "latency_ns", &f->latency_ns);
    case 'j':
      return fault_text_span(t, "jitter_ns", &f->jitter_ns);
    case 'r':
      return fault_text_integer(t, "rate_per_s", &f->rate_per_s);
    default:
      return fault_text_integer(t, "bytes", &f->bytes);
  }
}

static slo_status fault_text_arguments(fault_text *t, int kind, slo_fault *f) {
  const char *arguments = FAULT_KIND[kind].arguments;
  if (*arguments == '\0') return SLO_OK;
  if (!fault_text_sign(t, '(')) return fault_text_fail(t, "( and what the fault takes");
  for (int i = 0; arguments[i] != '\0'; i++) {
    if (i > 0 && !fault_text_sign(t, ',')) {
      if (i >= FAULT_KIND[kind].least) break;
      return fault_text_fail(t, ", and what else the fault takes");
    }
    slo_status status = fault_text_argument(t, arguments[i], f);
    if (status != SLO_OK) return status;
  }
  return fault_text_sign(t, ')') ? SLO_OK : fault_text_fail(t, ")");
}

/* "12.3456%", of which there is a digit */
static slo_status fault_text_toxicity(fault_text *t, uint32_t *ppm) {
  uint64_t whole, part = 0, unit = 10000;
  slo_status status = fault_text_integer(t, "toxicity_ppm", &whole);
  if (status != SLO_OK) return status;
  if (*t->at == '.') {
    t->at++;
    if (!fault_digit(*t->at)) return fault_text_fail(t, "toxicity (a number and %)");
    for (; fault_digit(*t->at) && unit > 1; t->at++) {
      unit /= 10;
      part += unit * (uint64_t)(*t->at - '0');
    }
  }
  if (!fault_text_sign(t, '%')) return fault_text_fail(t, "toxicity (a number and %)");
  if (whole <= 100) part += whole * 10000;
  if (whole > 100 || part < 1 || part > FAULT_ALL) {
    int64_t shown = whole > INT64_MAX / 10000 - 1 ? INT64_MAX : (int64_t)(whole * 10000 + part);
    return sloi_fail_range(t->error, whole > 100 ? shown : (int64_t)part, 1, FAULT_ALL,
                           "toxicity_ppm");
  }
  *ppm = (uint32_t)part;
  return SLO_OK;
}

slo_status slo_fault_parse(const char *text, slo_fault *fault, slo_error *error) {
  if (text == NULL) return sloi_fail(error, SLO_EINVAL, 0, "text (NULL)");
  if (fault == NULL) return sloi_fail(error, SLO_EINVAL, 0, "fault (NULL)");
  fault_text t = {text, text, error};
  slo_fault f = {0};
  int kind = 0;
  fault_text_skip(&t);
  while (kind < FAULT_KINDS && !fault_text_word(&t, FAULT_KIND[kind].name)) kind++;
  if (kind == FAULT_KINDS) {
    return fault_text_fail(&t, "fault (latency(300ms), down, timeout, reset_peer, ..)");
  }
  f.kind = FAULT_KIND[kind].kind;
  f.period = fault->period;
  f.toxicity_ppm = FAULT_ALL;
  slo_status status = fault_text_arguments(&t, kind, &f);
  fault_text_skip(&t);
  if (status == SLO_OK && fault_digit(*t.at)) status = fault_text_toxicity(&t, &f.toxicity_ppm);
  if (status != SLO_OK) return status;
  if (fault_text_word(&t, "ramp")) {
    f.shape = SLO_FAULT_RAMP;
  } else {
    (void)fault_text_word(&t, "step");
  }
  fault_text_skip(&t);
  if (*t.at != '\0') return fault_text_fail(&t, "fault, what follows it (10%, ramp)");
  status = fault_check_what(&f, error);
  if (status == SLO_OK) *fault = f;
  return status;
}

/* ---- what it does ---- */

uint32_t slo_fault_toxicity(const slo_fault *fault, int64_t at_ns) {
  if (fault == NULL) return 0;
  const slo_period *p = &fault->period;
  if (at_ns <= p->start_ns || at_ns > p->end_ns) return 0;
  uint32_t all = fault->toxicity_ppm == 0 ? FAULT_ALL : fault->toxicity_ppm;
  if (fault->shape != SLO_FAULT_RAMP) return all;
  uint64_t passed = (uint64_t)at_ns - (uint64_t)p->start_ns;
  uint64_t whole = (uint64_t)p->end_ns - (uint64_t)p->start_ns;
  return (uint32_t)sloi_u128_divide(sloi_u128_multiply(passed, all), sloi_u128_of(whole));
}

/* Is latency + a * b / unit beyond the limit? latency <= limit */
static int fault_exceeds(uint64_t room_ns, uint64_t a, uint64_t b, uint64_t unit) {
  return sloi_u128_compare(sloi_u128_multiply(a, b), sloi_u128_multiply(room_ns, unit)) > 0;
}

/* How many ppm of the whole numbers in [-jitter, jitter) exceed the room that is left. */
static uint32_t fault_jitter_ppm(int64_t room_ns, int64_t jitter_ns) {
  if (room_ns < -jitter_ns) return FAULT_ALL;
  if (room_ns >= jitter_ns - 1) return 0;
  uint64_t beyond = (uint64_t)(jitter_ns - 1 - room_ns), all = 2 * (uint64_t)jitter_ns;
  sloi_u128 rounded = sloi_u128_add(sloi_u128_multiply(beyond, FAULT_ALL), sloi_u128_of(all / 2));
  return (uint32_t)sloi_u128_divide(rounded, sloi_u128_of(all));
}

static uint32_t fault_effect(const slo_fault *f, int64_t latency_ns, uint64_t bytes,
                             int64_t limit_ns) {
  switch (f->kind) {
    case SLO_FAULT_DOWN:
    case SLO_FAULT_TIMEOUT:
    case SLO_FAULT_RESET_PEER:
      return FAULT_ALL;
    case SLO_FAULT_LIMIT_DATA:
      if (bytes > f->bytes) return FAULT_ALL;
      break;
    default:
      break;
  }
  if (limit_ns == 0) return 0;
  if (latency_ns > limit_ns) return FAULT_ALL; /* nothing here makes it faster */
  int64_t room_ns = limit_ns - latency_ns;
  int exceeds = 0;
  if (f->kind == SLO_FAULT_LATENCY) return fault_jitter_ppm(room_ns - f->latency_ns, f->jitter_ns);
  if (f->kind == SLO_FAULT_BANDWIDTH) {
    exceeds = fault_exceeds((uint64_t)room_ns, bytes, (uint64_t)SLO_SECOND_NS, f->rate_per_s);
  } else if (f->kind == SLO_FAULT_SLICER) {
    uint64_t delays = bytes == 0 ? 0 : (bytes - 1) / f->bytes;
    exceeds = fault_exceeds((uint64_t)room_ns, delays, (uint64_t)f->latency_ns, 1);
  }
  return exceeds ? FAULT_ALL : 0;
}

slo_status slo_fault_effect(const slo_fault *fault, int64_t latency_ns, uint64_t bytes,
                            int64_t limit_ns, uint32_t *bad_ppm) {
  if (fault == NULL || bad_ppm == NULL) return SLO_EINVAL;
  slo_status status = fault_check_what(fault, NULL);
  if (status != SLO_OK) return status;
  if (latency_ns < 0 || latency_ns > SLO_TIME_MAX_NS || limit_ns < 0 ||
      limit_ns > SLO_TIME_MAX_NS) {
    return SLO_ERANGE;
  }
  *bad_ppm = fault_effect(fault, latency_ns, bytes, limit_ns);
  return SLO_OK;
}
