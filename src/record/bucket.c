#include "record/bucket.h"

#include "base/u128.h"

/* Numbers in [1, 2) with 127 bits after the point. Every operation rounds down. */

/* floor(a * b / 2^127) for a, b >= 2^127, below 2^129: returned shifted right until it
 * is in [1, 2) again; *carried tells whether it was. */
static sloi_u128 bucket_multiply(sloi_u128 a, sloi_u128 b, int *carried) {
  sloi_u128 hh = sloi_u128_multiply(a.hi, b.hi), hl = sloi_u128_multiply(a.hi, b.lo);
  sloi_u128 lh = sloi_u128_multiply(a.lo, b.hi), ll = sloi_u128_multiply(a.lo, b.lo);
  /* words of the 256-bit product, from the second lowest up */
  sloi_u128 w1 = sloi_u128_add(sloi_u128_of(ll.hi), sloi_u128_of(hl.lo));
  w1 = sloi_u128_add(w1, sloi_u128_of(lh.lo));
  sloi_u128 top = sloi_u128_add(hh, sloi_u128_of(hl.hi));
  top = sloi_u128_add(top, sloi_u128_of(lh.hi));
  top = sloi_u128_add(top, sloi_u128_of(w1.hi));
  *carried = (int)(top.hi >> 63); /* the product is 2 or more */
  if (*carried) return top;
  sloi_u128 r = sloi_u128_shift1(top);
  r.lo |= w1.lo >> 63;
  return r;
}

/* sqrt(a) for a in [1, 2] given as a / 2^127; the largest r with r * r <= a. */
static sloi_u128 bucket_sqrt(sloi_u128 a, int is_two) {
  sloi_u128 r = {(uint64_t)1 << 63, 0};
  for (int bit = 126; bit >= 0; bit--) {
    sloi_u128 t = r;
    int carried;
    if (bit >= 64) {
      t.hi |= (uint64_t)1 << (bit - 64);
    } else {
      t.lo |= (uint64_t)1 << bit;
    }
    sloi_u128 square = bucket_multiply(t, t, &carried);
    /* carried: t * t >= 2 (as a number), too large for any a < 2 and, being
     * irrational at 2, for a = 2 as well */
    if (!carried && (is_two || sloi_u128_compare(square, a) <= 0)) r = t;
  }
  return r;
}

void sloi_bucket_derive(uint32_t scale, uint64_t per_unit, uint64_t *bounds, uint64_t *entries,
                        uint64_t *origin) {
  uint64_t n = (uint64_t)1 << scale;
  sloi_u128 one = {(uint64_t)1 << 63, 0};
  sloi_u128 root[10]; /* root[i] = 2^(2^-i) */
  int carried = 0;
  root[1] = bucket_sqrt(one, 1);
  for (uint32_t i = 2; i <= scale; i++) root[i] = bucket_sqrt(root[i - 1], 0);

  int shift = 63 - (int)sloi_octave(per_unit);
  sloi_u128 unit = {per_unit << shift, 0}; /* its mantissa, exact */
  uint64_t octave = 63 - (uint64_t)shift;

  /* Boundaries k = 0 .. n-1 ascend; those that pass into the next octave rank first there.
   * Each is irrational but for k = 0, which is exact; the error of the others is below
   * 10 units of 2^-127, far from deciding the 52nd bit: the tests hold every one of them
   * against an independent computation. */
  uint64_t ascending[1 << 9];
  uint64_t wrapped = 0;
  for (uint64_t k = 0; k < n; k++) {
    sloi_u128 b = unit;
    int over = 0;
    for (uint32_t i = 1; i <= scale; i++) {
      if (k >> (scale - i) & 1) {
        b = bucket_multiply(b, root[i], &carried);
        over |= carried;
      }
    }
    ascending[k] = (b.hi << 1) >> 12;
    wrapped += (uint64_t)over;
  }
  for (uint64_t k = 0; k < n; k++) bounds[(k + wrapped) & (n - 1)] = ascending[k];
  *origin = (octave << scale) + wrapped + 1;

  uint64_t rank = 0;
  for (uint64_t c = 0; c < 2 * n; c++) {
    uint64_t end = (c + 1) << (51 - scale); /* first mantissa of the next interval */
    if (rank < n && bounds[rank] < end) {
      entries[c] = (rank << 52) - 1 - bounds[rank];
      rank++;
    } else {
      entries[c] = (rank << 52) - ((uint64_t)1 << 52); /* no boundary here */
    }
  }
}
