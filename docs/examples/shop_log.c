/*
 * shop_log - a day of a small shop as an access log, always the same.
 *
 * Search, cart and pay, some 40 requests a minute at the evening's peak. At 14:00 a
 * release breaks half of the payments for 25 minutes and slows the rest down.
 */
#include <inttypes.h>
#include <slo.h>
#include <stdio.h>
#include <string.h>

enum { SEARCH, CART, PAY, PAGES };

/* xorshift64*: deterministic everywhere. */
static uint64_t random_state = UINT64_C(0x9e3779b97f4a7c15);

static uint32_t random_below(uint32_t n) {
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return (uint32_t)(((random_state * UINT64_C(0x2545f4914f6cdd1d)) >> 32) * n >> 32);
}

/* Requests in a minute of the day: quiet at night, busy in the evening. */
static uint32_t traffic(int minute) {
  static const uint32_t hourly[24] = {4,  3,  2,  2,  2,  3,  6,  10, 15, 18, 20, 22,
                                      24, 22, 20, 20, 22, 26, 32, 38, 40, 34, 20, 10};
  return hourly[minute / 60] / 2 + random_below(hourly[minute / 60] + 1);
}

static uint32_t latency_ms(int page, int incident) {
  static const uint32_t base[PAGES] = {40, 25, 120};
  uint32_t ms = base[page] / 2 + random_below(base[page]);
  if (random_below(100) < 3) ms *= 5; /* the tail */
  return incident && page == PAY ? ms * 9 : ms;
}

int main(void) {
  static const char *const path[PAGES] = {"GET /search?q=tea", "POST /cart", "POST /pay"};
  static const int64_t midnight_s = 1773014400; /* 2026-03-09, a Monday */
  for (int second = 0, due = 0; second < 86400; second++) {
    int minute = second / 60;
    if (second % 60 == 0) due = (int)traffic(minute);
    int incident = minute >= 14 * 60 && minute < 14 * 60 + 25;
    for (; due > 0 && random_below((uint32_t)(60 - second % 60)) < (uint32_t)due; due--) {
      uint32_t draw = random_below(10);
      int page = draw < 6 ? SEARCH : draw < 9 ? CART : PAY;
      int broken = incident && page == PAY && random_below(2) == 0;
      int status = broken || random_below(20000) == 0 ? 503 : random_below(200) == 0 ? 404 : 200;
      uint32_t ms = latency_ms(page, incident);
      char when[SLO_TIME_TEXT_MAX];
      if (slo_time_format((midnight_s + second) * SLO_SECOND_NS, when, sizeof when) != SLO_OK) {
        return 1;
      }
      /* 2026-03-09T14:00:00Z as 09/Mar/2026:14:00:00 +0000 */
      printf("192.0.2.%" PRIu32 " - - [%.2s/Mar/%.4s:%.8s +0000] \"%s HTTP/1.1\" %d %" PRIu32
             " \"-\" \"shop\" %" PRIu32 ".%03" PRIu32 "\n",
             1 + random_below(200), when + 8, when, when + 11, path[page], status,
             500 + random_below(4000), ms / 1000, ms % 1000);
    }
  }
  return ferror(stdout) != 0;
}
