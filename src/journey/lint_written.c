#include <inttypes.h>
#include <stdio.h>

#include "journey/lint.h"
#include "slo/rule.h"

#define LINT_WRITTEN_DIGITS 12 /* more than these are noise when .. */
#define LINT_WRITTEN_ROUND 9   /* .. they stand for a number of no more than these */
#define LINT_WRITTEN_KEPT (LINT_WRITTEN_DIGITS + 6)
#define LINT_WRITTEN_ONE UINT64_C(1000000000000000000)     /* shares have 18 places */
#define LINT_WRITTEN_FIVE_DECIMALS UINT64_C(5000000000000) /* less than that is 0.00000 */
#define LINT_WRITTEN_EXPONENT_MAX 1000000
#define LINT_WRITTEN_TEXT_MAX 64

/* 0.d0 d1 d2 .. * 10^point, as it stands there. */
typedef struct lint_written {
  uint8_t digit[LINT_WRITTEN_KEPT]; /* the first ones; the first of all is not 0 */
  uint64_t count;                   /* up to the last one that is not 0; 0: it is zero */
  int64_t point;
  int negative;
  int percent;
} lint_written;

/* ---- reading ---- */

static int lint_written_digit(char c) {
  return c >= '0' && c <= '9';
}

/* "e-3", if it is there. *p is left where it ends, or at what is no exponent. */
static int64_t lint_written_exponent(const char **p) {
  const char *at = *p;
  int64_t value = 0;
  if (*at != 'e' && *at != 'E') return 0;
  at++;
  const int negative = *at == '-';
  at += *at == '-' || *at == '+';
  if (!lint_written_digit(*at)) return 0;
  for (; lint_written_digit(*at); at++) {
    if (value < LINT_WRITTEN_EXPONENT_MAX) value = value * 10 + (*at - '0');
  }
  *p = at;
  return negative ? -value : value;
}

/* "99.9", ".999", "99.9%", "1e-3". NULL is zero. */
static slo_status lint_written_read(const char *text, const char *field, lint_written *n,
                                    slo_error *error) {
  uint64_t place = 0; /* digits since the first that is not 0 */
  int any = 0, fraction = 0;
  memset(n, 0, sizeof *n);
  if (text == NULL) return SLO_OK;
  const char *p = text;
  n->negative = *p == '-';
  p += *p == '-' || *p == '+';
  for (;; p++) {
    if (*p == '.' && !fraction) {
      fraction = 1;
      continue;
    }
    if (!lint_written_digit(*p)) break;
    any = 1;
    if (place == 0 && *p == '0') {
      n->point -= fraction;
      continue;
    }
    if (place < LINT_WRITTEN_KEPT) n->digit[place] = (uint8_t)(*p - '0');
    place++;
    if (*p != '0') n->count = place;
    n->point += !fraction;
  }
  if (any) {
    n->point += lint_written_exponent(&p);
    if (p[0] == ' ' && p[1] == '%') p++;
    if (*p == '%') {
      n->percent = 1;
      p++;
    }
  }
  if (!any || *p != '\0') return sloi_fail(error, SLO_EPARSE, p - text, "%s", field);
  return SLO_OK;
}

/* A span; months and what is longer have no fixed length, and are INT64_MAX. NULL likewise. */
static slo_status lint_written_span(const char *text, const char *field, int64_t *ns,
                                    slo_error *error) {
  slo_error inner = {0};
  inner.struct_size = (uint32_t)sizeof inner;
  *ns = INT64_MAX;
  if (text == NULL) return SLO_OK;
  const size_t zeros = strspn(text, "0"), digits = strspn(text, "0123456789");
  const int bare = text[digits] == '\0';
  const int calendar = !bare && strchr("MQYy", text[digits]) != NULL && text[digits + 1] == '\0';
  if (digits > 0 && (calendar || (bare && zeros == digits))) {
    if (zeros == digits) *ns = 0;
    return SLO_OK;
  }
  slo_status status = slo_span_parse(text, ns, &inner);
  if (status == SLO_OK) return SLO_OK;
  return sloi_fail(error, status, inner.value, "%s", field);
}

/* ---- what it is ---- */

/* To LINT_WRITTEN_DIGITS digits. */
static lint_written lint_written_rounded(const lint_written *n) {
  lint_written r = *n;
  if (n->count <= LINT_WRITTEN_DIGITS) return r;
  int up = n->digit[LINT_WRITTEN_DIGITS] >= 5;
  for (int i = LINT_WRITTEN_DIGITS - 1; i >= 0 && up; i--) {
    up = r.digit[i] == 9;
    r.digit[i] = up ? 0 : (uint8_t)(r.digit[i] + 1);
  }
  if (up) {
    r.digit[0] = 1;
    r.point++;
  }
  r.count = LINT_WRITTEN_DIGITS;
  while (r.digit[r.count - 1] == 0) r.count--;
  return r;
}

static uint64_t lint_written_fixed(const lint_written *n, int64_t point) {
  uint64_t value = 0, weight = LINT_WRITTEN_ONE;
  if (n->negative || n->count == 0) return 0;
  if (point > 1) return UINT64_MAX;
  for (; point < 1 && weight != 0; point++) weight /= 10;
  for (uint64_t i = 0; i < n->count && i < LINT_WRITTEN_KEPT; i++, weight /= 10) {
    value += n->digit[i] * weight;
  }
  return value;
}

/* An objective's share in 10^-18, of percent or of a share. */
static uint64_t lint_written_share(const lint_written *n) {
  const uint64_t share = lint_written_fixed(n, n->point);
  return n->percent || share > LINT_WRITTEN_ONE ? lint_written_fixed(n, n->point - 2) : share;
}

/* ---- writing ---- */

/* A rounded number; with an exponent where it is far from 1. */
static void lint_written_format(const lint_written *n, char *text, size_t size) {
  char *p = text;
  const int far = n->point < -9 || n->point > 15;
  const int64_t point = far ? 1 : n->point, count = (int64_t)n->count;
  if (n->negative) *p++ = '-';
  if (point <= 0) *p++ = '0';
  for (int64_t i = point < 0 ? point : 0; i < point || i < count; i++) {
    if (i == point) *p++ = '.';
    *p++ = (char)('0' + (i < 0 || i >= count ? 0 : n->digit[i]));
  }
  *p = '\0';
  size -= (size_t)(p - text);
  if (far) (void)snprintf(p, size, "e%" PRId64, n->point - 1);
  if (n->percent) memcpy(p + strlen(p), "%", 2);
}

static void lint_written_noise(sloi_lint *lint, const lint_written *n) {
  char text[LINT_WRITTEN_TEXT_MAX];
  const lint_written r = lint_written_rounded(n);
  if (n->count <= LINT_WRITTEN_DIGITS || r.count > LINT_WRITTEN_ROUND) return;
  lint_written_format(&r, text, sizeof text);
  sloi_lint_add(lint, SLO_LINT_NOISE, 0, "write %s", text);
}

/* What is left of a share for the budget, "0.001", is what five decimals should have said. */
static void lint_written_zero(sloi_lint *lint, uint64_t share) {
  char text[32];
  int n = snprintf(text, sizeof text, "0.%018" PRIu64, LINT_WRITTEN_ONE - share);
  while (text[n - 1] == '0') n--;
  text[n] = '\0';
  sloi_lint_add(lint, SLO_LINT_ROUNDED_BUDGET, 0, "write %s", text);
}

static void lint_written_objective(sloi_lint *lint, const slo_written *w,
                                   const lint_written *objective, const lint_written *budget) {
  const lint_written rounded = lint_written_rounded(objective);
  const int perfect = lint_written_share(&rounded) >= LINT_WRITTEN_ONE;
  const uint64_t share = lint_written_share(objective);
  sloi_lint_field(lint, "objective");
  if (perfect) {
    sloi_lint_add(lint, SLO_LINT_PERFECT, 0,
                  "write less: 99.99 %% still allows 4 minutes of outage in 28 days");
  } else {
    lint_written_noise(lint, objective);
    if (w->budget == NULL && LINT_WRITTEN_ONE - share < LINT_WRITTEN_FIVE_DECIMALS) {
      lint_written_zero(lint, share);
    }
  }
  sloi_lint_field(lint, "budget");
  lint_written_noise(lint, budget);
  if (w->budget == NULL || budget->count != 0 || perfect) return;
  if (w->objective != NULL && share != 0) {
    lint_written_zero(lint, share);
  } else {
    sloi_lint_add(lint, SLO_LINT_ROUNDED_BUDGET, 0, "write it with more decimals");
  }
}

slo_status slo_lint_written(const slo_written *written, slo_finding *findings, uint32_t capacity,
                            uint32_t *count, slo_error *error) {
  slo_written w;
  sloi_lint lint;
  lint_written objective, budget, threshold;
  int64_t period, window;
  if (written == NULL) return sloi_fail(error, SLO_EINVAL, 0, "written (NULL)");
  slo_status status = sloi_lint_begin(&lint, NULL, findings, capacity, count, error);
  if (status == SLO_OK) status = sloi_sized_read(&w, sizeof w, written, error, "slo_written");
  if (status != SLO_OK) return status;
  if (w.reserved != 0) return sloi_fail(error, SLO_EVERSION, w.reserved, "reserved");
  if (w.op > 1 + SLO_OP_GT) return sloi_fail_range(error, w.op, 0, 1 + SLO_OP_GT, "op");
  status = lint_written_read(w.objective, "objective", &objective, error);
  if (status == SLO_OK) status = lint_written_read(w.budget, "budget", &budget, error);
  if (status == SLO_OK) status = lint_written_read(w.threshold, "threshold", &threshold, error);
  if (status == SLO_OK) status = lint_written_span(w.period, "period", &period, error);
  if (status == SLO_OK) status = lint_written_span(w.window, "window", &window, error);
  if (status != SLO_OK) return status;
  if (w.op == 1 + SLO_OP_LT || w.op == 1 + SLO_OP_LE) {
    const int strict = w.op == 1 + SLO_OP_LT;
    sloi_lint_field(&lint, "op");
    sloi_lint_replace(&lint, SLO_LINT_INVERTED, w.op, 1 + (strict ? SLO_OP_GT : SLO_OP_GE),
                      "write %s", strict ? ">" : ">=");
  }
  lint_written_objective(&lint, &w, &objective, &budget);
  sloi_lint_field(&lint, "threshold");
  lint_written_noise(&lint, &threshold);
  sloi_lint_field(&lint, "period");
  if (period < SLO_HOUR_NS) {
    sloi_lint_add(&lint, period < SLO_SECOND_NS ? SLO_LINT_NO_WINDOW : SLO_LINT_MINUTE, 0,
                  "write 28d, or a calendar's month");
  }
  sloi_lint_field(&lint, "window");
  if (window < SLO_SECOND_NS) {
    sloi_lint_add(&lint, SLO_LINT_NO_WINDOW, 0, "write at least 1s, before it is rounded");
  }
  sloi_lint_field(&lint, "burn_decimals");
  if (w.burn_decimals != 0) {
    sloi_lint_replace(&lint, SLO_LINT_ROUNDED_BURN, w.burn_decimals, 0,
                      "compare first, and round what is shown");
  }
  *count = lint.count;
  return SLO_OK;
}
