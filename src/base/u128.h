/*
 * u128.h - unsigned 128-bit integers for decisions.
 *
 * Native where the compiler has __int128, portable elsewhere; the portable
 * versions are always compiled so that the tests can hold one against the other.
 */
#ifndef SLOI_U128_H
#define SLOI_U128_H

#include <stdint.h>

typedef struct sloi_u128 {
  uint64_t hi, lo;
} sloi_u128;

static inline sloi_u128 sloi_u128_of(uint64_t value) {
  sloi_u128 r = {0, value};
  return r;
}

static inline int sloi_u128_compare(sloi_u128 a, sloi_u128 b) {
  if (a.hi != b.hi) return a.hi < b.hi ? -1 : 1;
  if (a.lo != b.lo) return a.lo < b.lo ? -1 : 1;
  return 0;
}

static inline sloi_u128 sloi_u128_add(sloi_u128 a, sloi_u128 b) {
  sloi_u128 r = {a.hi + b.hi, a.lo + b.lo};
  r.hi += r.lo < a.lo;
  return r;
}

static inline sloi_u128 sloi_u128_subtract(sloi_u128 a, sloi_u128 b) {
  sloi_u128 r = {a.hi - b.hi - (a.lo < b.lo), a.lo - b.lo};
  return r;
}

static inline sloi_u128 sloi_u128_shift1(sloi_u128 a) {
  sloi_u128 r = {a.hi << 1 | a.lo >> 63, a.lo << 1};
  return r;
}

static inline sloi_u128 sloi_u128_multiply_portable(uint64_t a, uint64_t b) {
  uint64_t al = a & 0xffffffffu, ah = a >> 32;
  uint64_t bl = b & 0xffffffffu, bh = b >> 32;
  uint64_t ll = al * bl, lh = al * bh, hl = ah * bl, hh = ah * bh;
  uint64_t middle = (ll >> 32) + (lh & 0xffffffffu) + (hl & 0xffffffffu);
  sloi_u128 r = {hh + (lh >> 32) + (hl >> 32) + (middle >> 32), middle << 32 | (ll & 0xffffffffu)};
  return r;
}

/* floor(n / d), UINT64_MAX when the quotient is larger than that; d > 0. */
static inline uint64_t sloi_u128_divide_portable(sloi_u128 n, sloi_u128 d) {
  sloi_u128 rest = {0, 0};
  uint64_t quotient = 0;
  for (int i = 127; i >= 0; i--) {
    rest = sloi_u128_shift1(rest); /* below 2^127 until the last bit: it has fewer than n */
    rest.lo |= (i >= 64 ? n.hi >> (i - 64) : n.lo >> i) & 1;
    if (sloi_u128_compare(rest, d) >= 0) {
      if (i >= 64) return UINT64_MAX;
      rest = sloi_u128_subtract(rest, d);
      quotient |= (uint64_t)1 << i;
    }
  }
  return quotient;
}

#if defined(__SIZEOF_INT128__) && !defined(SLOI_U128_PORTABLE)

__extension__ typedef unsigned __int128 sloi_u128_native;

static inline sloi_u128 sloi_u128_multiply(uint64_t a, uint64_t b) {
  sloi_u128_native p = (sloi_u128_native)a * b;
  sloi_u128 r = {(uint64_t)(p >> 64), (uint64_t)p};
  return r;
}

static inline uint64_t sloi_u128_divide(sloi_u128 n, sloi_u128 d) {
  sloi_u128_native q =
      ((sloi_u128_native)n.hi << 64 | n.lo) / ((sloi_u128_native)d.hi << 64 | d.lo);
  return q > UINT64_MAX ? UINT64_MAX : (uint64_t)q;
}

#else

static inline sloi_u128 sloi_u128_multiply(uint64_t a, uint64_t b) {
  return sloi_u128_multiply_portable(a, b);
}

static inline uint64_t sloi_u128_divide(sloi_u128 n, sloi_u128 d) {
  return sloi_u128_divide_portable(n, d);
}

#endif

/* floor(value * factor / 2^places), where that is below 2^128; 0 < places < 64. */
static inline sloi_u128 sloi_u128_scale(sloi_u128 value, uint64_t factor, unsigned places) {
  sloi_u128 low = sloi_u128_multiply(value.lo, factor);
  sloi_u128 high = sloi_u128_multiply(value.hi, factor); /* weighs 2^64 */
  sloi_u128 a = {high.hi << (64 - places) | high.lo >> places, high.lo << (64 - places)};
  sloi_u128 b = {low.hi >> places, low.hi << (64 - places) | low.lo >> places};
  return sloi_u128_add(a, b);
}

#endif
