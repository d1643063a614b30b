/*
 * The flat block: what init lays out, attach takes wherever it lies; what init did not lay
 * out, attach refuses; and it never reads a byte that is not there (exact-sized memory:
 * AddressSanitizer would see it).
 */
#include "base/block.h"
#include "check_main.h"
#include "record/shape.h"
#include "slo/counter.h"
#include "slo/hist.h"
#include "slo/snapshot.h"

/* ---- the header alone ---- */

#define MAGIC SLOI_BLOCK_MAGIC('x', 'y')
enum { LAYOUT = 7, CONFIG = 32, NEED = 256 };

static sloi_block *block_make(size_t size) {
  sloi_block *block = check_memory(size);
  ck_ok(sloi_block_init(block, size, NEED, MAGIC, LAYOUT, CONFIG, NULL));
  memset(block + 1, 0x5a, CONFIG);
  sloi_block_ready(block);
  return block;
}

static slo_status block_checked(const void *memory, size_t size) {
  return sloi_block_check(memory, size, MAGIC, LAYOUT, CONFIG);
}

START_TEST(test_init_misuse) {
  slo_error e = SLO_SIZED(slo_error);
  ck_assert_int_eq(sloi_block_init(NULL, NEED, NEED, MAGIC, LAYOUT, CONFIG, &e), SLO_EINVAL);
  ck_assert_int_eq(e.status, SLO_EINVAL);
  ck_assert_int_eq(strncmp(e.field, "memory", 6), 0);
  unsigned char *memory = check_memory(NEED + 64), clean[NEED + 64];
  memset(memory, 0xa5, NEED + 64);
  memset(clean, 0xa5, sizeof clean);
  for (int off = 1; off < 64; off++) {
    ck_assert_int_eq(sloi_block_init(memory + off, NEED, NEED, MAGIC, LAYOUT, CONFIG, &e),
                     SLO_EINVAL);
    ck_assert_int_eq(e.value, off);
    ck_assert_int_eq(strncmp(e.field, "memory", 6), 0);
    ck_assert_int_eq(sloi_block_init(memory + off, NEED, NEED, MAGIC, LAYOUT, CONFIG, NULL),
                     SLO_EINVAL);
  }
  for (size_t size = 0; size < NEED; size++) {
    memset(&e, 0, sizeof e);
    e.struct_size = sizeof e;
    ck_assert_int_eq(sloi_block_init(memory, size, NEED, MAGIC, LAYOUT, CONFIG, &e), SLO_ESPACE);
    ck_assert_int_eq(e.status, SLO_ESPACE);
    ck_assert_str_eq(e.field, "size");
    ck_assert_int_eq(e.value, (int64_t)size);
    ck_assert_int_eq(e.min, NEED);
    ck_assert_int_eq(e.max, INT64_MAX);
    ck_assert_int_eq(sloi_block_init(memory, size, NEED, MAGIC, LAYOUT, CONFIG, NULL), SLO_ESPACE);
  }
  ck_assert_mem_eq(memory, clean, sizeof clean); /* a refusal writes nothing */
  ck_ok(sloi_block_init(memory, NEED, NEED, MAGIC, LAYOUT, CONFIG, NULL));
  ck_assert_mem_eq(memory + NEED, clean, 64); /* nor does init behind what it needs */
  free(memory);
}
END_TEST

START_TEST(test_header_of_a_block) {
  unsigned char *memory = check_memory(NEED);
  memset(memory, 0xff, NEED);
  ck_ok(sloi_block_init(memory, NEED, NEED, MAGIC, LAYOUT, CONFIG, NULL));
  sloi_block *block = (sloi_block *)(void *)memory;
  for (size_t i = sizeof *block; i < NEED; i++) ck_assert_int_eq(memory[i], 0);
  ck_assert_uint_eq(block->magic, MAGIC);
  ck_assert_uint_eq(block->layout, LAYOUT);
  ck_assert_uint_eq(block->size, NEED);
  ck_assert_uint_eq(block->config_size, CONFIG);
  for (int i = 0; i < 3; i++) ck_assert_uint_eq(block->reserved[i], 0);
  ck_assert_int_eq(block_checked(block, NEED), SLO_ECORRUPT); /* not ready */
  sloi_block_ready(block);
  ck_ok(block_checked(block, NEED));
  ck_ok(block_checked(block, NEED + 1000)); /* room behind it does not matter */
  free(memory);
}
END_TEST

START_TEST(test_check_misuse) {
  sloi_block *block = block_make(NEED);
  ck_ok(block_checked(block, NEED));
  ck_assert_int_eq(block_checked(NULL, NEED), SLO_EINVAL);
  for (int off = 1; off < 64; off++) {
    ck_assert_int_eq(block_checked((char *)block + off, NEED - 64), SLO_EINVAL);
  }
  for (size_t size = 0; size < NEED; size++) {
    ck_assert_int_eq(block_checked(block, size), SLO_ESPACE);
  }
  ck_assert_int_eq(sloi_block_check(block, NEED, MAGIC + 1, LAYOUT, CONFIG), SLO_ECORRUPT);
  ck_assert_int_eq(sloi_block_check(block, NEED, MAGIC, LAYOUT + 1, CONFIG), SLO_EVERSION);
  ck_assert_int_eq(sloi_block_check(block, NEED, MAGIC, LAYOUT - 1, CONFIG), SLO_EVERSION);
  ck_assert_int_eq(sloi_block_check(block, NEED, MAGIC, LAYOUT, CONFIG + 1), SLO_ECORRUPT);
  ck_ok(sloi_block_check(block, NEED, MAGIC, LAYOUT, CONFIG - 8)); /* more than must be there */
  /* one field at a time */
  sloi_block good = *block;
  block->magic ^= 1;
  ck_assert_int_eq(block_checked(block, NEED), SLO_ECORRUPT);
  block->magic = good.magic;
  block->layout = LAYOUT + 1;
  ck_assert_int_eq(block_checked(block, NEED), SLO_EVERSION);
  block->layout = good.layout;
  static const uint64_t sizes[] = {0, 1, 63, UINT64_MAX, UINT64_MAX - 63, SLOI_BLOCK_MAX + 64};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    block->size = sizes[i];
    ck_assert_int_eq(block_checked(block, NEED), SLO_ECORRUPT);
  }
  block->size = NEED + 8;
  ck_assert_int_eq(block_checked(block, NEED), SLO_ESPACE);
  block->size = 64 + CONFIG - 1; /* the configuration does not fit */
  ck_assert_int_eq(block_checked(block, NEED), SLO_ECORRUPT);
  block->size = NEED;
  static const uint64_t configs[] = {0, CONFIG - 1, CONFIG + 1, NEED - 63, NEED, UINT64_MAX};
  for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
    block->config_size = configs[i];
    ck_assert_int_eq(block_checked(block, NEED), SLO_ECORRUPT);
  }
  block->config_size = CONFIG;
  ((unsigned char *)(block + 1))[CONFIG - 1] ^= 0x10;
  ck_assert_int_eq(block_checked(block, NEED), SLO_ECORRUPT);
  ((unsigned char *)(block + 1))[CONFIG - 1] ^= 0x10;
  sloi_store_relaxed(&block->ready, SLOI_BLOCK_READY - 1);
  ck_assert_int_eq(block_checked(block, NEED), SLO_ECORRUPT);
  sloi_store_relaxed(&block->ready, SLOI_BLOCK_READY);
  ((unsigned char *)(block + 1))[CONFIG] ^= 0x10; /* behind the configuration: data */
  ck_ok(block_checked(block, NEED));
  free(block);
}
END_TEST

/* Every change of one byte, and of the length, changes the sum. */
START_TEST(test_sum) {
  unsigned char data[41];
  for (size_t i = 0; i < sizeof data; i++) data[i] = (unsigned char)(i * 37);
  for (size_t size = 0; size <= sizeof data; size++) {
    uint64_t sum = sloi_block_sum(data, size);
    ck_assert_uint_eq(sloi_block_sum(data, size), sum);
    for (size_t i = 0; i < sizeof data; i++) {
      for (int change = 1; change < 256; change++) {
        data[i] ^= (unsigned char)change;
        check_that((sloi_block_sum(data, size) != sum) == (i < size), "%zu of %zu", i, size);
        data[i] ^= (unsigned char)change;
      }
    }
    for (size_t other = 0; other < size; other++) {
      check_that(sloi_block_sum(data, other) != sum, "%zu and %zu bytes", other, size);
    }
  }
}
END_TEST

/* Two changes do not cancel: not even of the highest bits, which a plain FNV never mixes. */
START_TEST(test_sum_of_two_changes) {
  uint64_t word[6] = {1, 2, 3, 4, 5, 6};
  uint64_t sum = sloi_block_sum(word, sizeof word);
  for (int i = 0; i < 6 * 64; i++) {
    for (int j = 0; j < i; j++) {
      word[i / 64] ^= UINT64_C(1) << i % 64;
      word[j / 64] ^= UINT64_C(1) << j % 64;
      check_that(sloi_block_sum(word, sizeof word) != sum, "bits %d and %d", i, j);
      word[i / 64] ^= UINT64_C(1) << i % 64;
      word[j / 64] ^= UINT64_C(1) << j % 64;
    }
  }
  ck_assert_uint_eq(sloi_block_sum(word, sizeof word), sum);
}
END_TEST

/* ---- the blocks of the record room ---- */

typedef struct text {
  size_t length;
  char at[20000];
} text;

static void text_add(text *t, const char *what, int64_t number) {
  int n = snprintf(t->at + t->length, sizeof t->at - t->length, "%s %" PRId64 "\n", what, number);
  check_that(n > 0 && (size_t)n < sizeof t->at - t->length, "a longer text");
  t->length += (size_t)n;
}

static void describe_snapshot(const slo_snapshot *s, text *t) {
  slo_snapshot_summary sum = SLO_SIZED(slo_snapshot_summary);
  slo_bucket b = SLO_SIZED(slo_bucket);
  int64_t threshold;
  uint64_t within, beyond;
  check_ok(slo_snapshot_summarize(s, &sum));
  text_add(t, "scale", sum.scale);
  text_add(t, "count", (int64_t)sum.count);
  text_add(t, "sum", (int64_t)sum.sum);
  text_add(t, "negative", (int64_t)sum.negative);
  text_add(t, "zero", (int64_t)sum.zero);
  text_add(t, "underflow", (int64_t)sum.underflow);
  text_add(t, "overflow", (int64_t)sum.overflow);
  for (uint32_t i = 0; slo_snapshot_bucket(s, i, &b) == SLO_OK; i++) {
    text_add(t, "index", b.index);
    text_add(t, "lower", b.lower);
    text_add(t, "upper", b.upper);
    text_add(t, "bucket", (int64_t)b.count);
  }
  for (uint32_t i = 0; slo_snapshot_threshold(s, i, &threshold, &within, &beyond) == SLO_OK; i++) {
    text_add(t, "threshold", threshold);
    text_add(t, "within", (int64_t)within);
    text_add(t, "beyond", (int64_t)beyond);
  }
}

/* A finished block with something recorded, in exactly its footprint. */
static void *counter_make(size_t *size) {
  slo_counter_config config = SLO_SIZED(slo_counter_config);
  slo_counter *c;
  config.shards = 2;
  check_ok(slo_counter_footprint(&config, size, NULL));
  void *memory = check_memory(*size);
  check_ok(slo_counter_init(memory, *size, &config, &c, NULL));
  slo_counts counts = {1001, 202, 33};
  slo_counter_record_many(c, &counts);
  slo_counter_record(c, 99);
  slo_counter_record_late(c, 7);
  return memory;
}

static slo_status counter_attach(void *memory, size_t size) {
  slo_counter *c = NULL;
  slo_status status = slo_counter_attach(memory, size, &c);
  check_that((status == SLO_OK) == ((void *)c == memory && c != NULL), "not where it lies");
  return status;
}

static void counter_describe(void *memory, size_t size, text *t) {
  slo_counter *c;
  slo_counter_tally tally = SLO_SIZED(slo_counter_tally);
  check_ok(slo_counter_attach(memory, size, &c));
  check_ok(slo_counter_read(c, &tally));
  text_add(t, "shards", tally.shards);
  text_add(t, "good", (int64_t)tally.counts.good);
  text_add(t, "bad", (int64_t)tally.counts.bad);
  text_add(t, "excluded", (int64_t)tally.counts.excluded);
  text_add(t, "late", (int64_t)tally.late);
  text_add(t, "unknown", (int64_t)tally.unknown);
}

static void counter_use(void *memory, size_t size) {
  slo_counter *c;
  slo_counter_tally tally = SLO_SIZED(slo_counter_tally);
  check_ok(slo_counter_attach(memory, size, &c));
  slo_counter_record(c, SLO_BAD);
  check_ok(slo_counter_read(c, &tally));
  check_that(tally.counts.bad > 0, "nothing recorded");
}

static const int64_t SOME[] = {INT64_MIN, -1,     0,      1,        999,       1000,     1001,
                               5000,      5001,   80000,  300000,   300001,    999999,   1000000,
                               1000001,   123456, 654321, 99999999, INT64_MAX, 16777216, 65536};

static slo_hist *hist_block(size_t *size) {
  static const int64_t thresholds[] = {5000, 300000};
  slo_hist_config config = SLO_SIZED(slo_hist_config);
  slo_hist *h;
  config.scale = 3;
  config.lowest = 1000;
  config.highest = 1000000;
  config.thresholds = thresholds;
  config.threshold_count = 2;
  config.shards = 2;
  check_ok(slo_hist_footprint(&config, size, NULL));
  void *memory = check_memory(*size);
  check_ok(slo_hist_init(memory, *size, &config, &h, NULL));
  for (size_t i = 0; i < sizeof SOME / sizeof SOME[0]; i++) {
    slo_hist_record_times(h, SOME[i], i + 1);
  }
  return h;
}

static void *hist_make(size_t *size) {
  return hist_block(size);
}

static slo_status hist_attach(void *memory, size_t size) {
  slo_hist *h = NULL;
  slo_status status = slo_hist_attach(memory, size, &h);
  check_that((status == SLO_OK) == ((void *)h == memory && h != NULL), "not where it lies");
  return status;
}

static void hist_describe(void *memory, size_t size, text *t) {
  slo_hist *h;
  slo_snapshot *s;
  int64_t threshold;
  uint64_t within, beyond;
  check_ok(slo_hist_attach(memory, size, &h));
  for (uint32_t i = 0; slo_hist_threshold(h, i, &threshold, &within, &beyond) == SLO_OK; i++) {
    text_add(t, "threshold", threshold);
    text_add(t, "within", (int64_t)within);
    text_add(t, "beyond", (int64_t)beyond);
  }
  check_ok(slo_snapshot_create(h, NULL, &s, NULL));
  check_ok(slo_snapshot_read(s, h));
  describe_snapshot(s, t);
  slo_snapshot_destroy(s);
}

static void hist_use(void *memory, size_t size) {
  slo_hist *h;
  slo_snapshot *s;
  check_ok(slo_hist_attach(memory, size, &h));
  for (size_t i = 0; i < sizeof SOME / sizeof SOME[0]; i++) slo_hist_record(h, SOME[i]);
  for (int k = 0; k < 63; k++) slo_hist_record(h, INT64_C(1) << k);
  check_ok(slo_snapshot_create(h, NULL, &s, NULL));
  check_ok(slo_snapshot_read(s, h));
  slo_snapshot_destroy(s);
}

static void *snapshot_make(size_t *size) {
  size_t hist_size;
  slo_hist *h = hist_block(&hist_size);
  slo_snapshot *s;
  check_ok(slo_snapshot_footprint(h, size));
  void *memory = check_memory(*size);
  check_ok(slo_snapshot_init(memory, *size, h, &s, NULL));
  check_ok(slo_snapshot_read(s, h));
  free(h);
  return memory;
}

static slo_status snapshot_attach(void *memory, size_t size) {
  slo_snapshot *s = NULL;
  slo_status status = slo_snapshot_attach(memory, size, &s);
  check_that((status == SLO_OK) == ((void *)s == memory && s != NULL), "not where it lies");
  return status;
}

static void snapshot_describe(void *memory, size_t size, text *t) {
  static const uint32_t q[] = {0, 1, 250000000, 500000000, 750000000, 990000000, 1000000000};
  int64_t values[sizeof q / sizeof q[0]];
  slo_snapshot *s;
  check_ok(slo_snapshot_attach(memory, size, &s));
  describe_snapshot(s, t);
  check_ok(slo_snapshot_quantiles(s, q, sizeof q / sizeof q[0], values));
  for (size_t i = 0; i < sizeof q / sizeof q[0]; i++) text_add(t, "quantile", values[i]);
}

static void snapshot_use(void *memory, size_t size) {
  static const uint32_t q[] = {0, 500000000, 1000000000};
  int64_t values[3], threshold;
  uint64_t count, within, beyond;
  double mean;
  slo_bucket b = SLO_SIZED(slo_bucket);
  slo_snapshot *s;
  check_ok(slo_snapshot_attach(memory, size, &s));
  check_ok(slo_snapshot_quantiles(s, q, 3, values));
  check_ok(slo_snapshot_count_le(s, INT64_MAX, &count));
  check_ok(slo_snapshot_mean(s, &mean));
  check_ok(slo_snapshot_merge(s, s));
  for (uint32_t i = 0; slo_snapshot_bucket(s, i, &b) == SLO_OK; i++) continue;
  for (uint32_t i = 0; slo_snapshot_threshold(s, i, &threshold, &within, &beyond) == SLO_OK; i++) {
    check_that(within + beyond > 0, "threshold %u", i);
  }
}

typedef struct kind {
  const char *name;
  void *(*make)(size_t *size);
  slo_status (*attach)(void *memory, size_t size);
  void (*describe)(void *memory, size_t size, text *t);
  void (*use)(void *memory, size_t size); /* everything there is, for the sanitizers to watch */
} kind;

static const kind KINDS[] = {
    {"counter", counter_make, counter_attach, counter_describe, counter_use},
    {"hist", hist_make, hist_attach, hist_describe, hist_use},
    {"snapshot", snapshot_make, snapshot_attach, snapshot_describe, snapshot_use},
};
enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

static text *described(const kind *k, void *memory, size_t size) {
  text *t = calloc(1, sizeof *t);
  ck_assert_ptr_nonnull(t);
  k->describe(memory, size, t);
  ck_assert_uint_gt(t->length, 0);
  return t;
}

START_TEST(test_attach_misuse) {
  for (int i = 0; i < KIND_COUNT; i++) {
    const kind *k = &KINDS[i];
    size_t size;
    char *memory = k->make(&size);
    ck_ok(k->attach(memory, size));
    ck_ok(k->attach(memory, size + 4096));
    ck_assert_int_eq(k->attach(NULL, size), SLO_EINVAL);
    for (size_t off = 1; off < 64; off++) {
      ck_assert_int_eq(k->attach(memory + off, size - 64), SLO_EINVAL);
    }
    void *zeroes = check_memory(size);
    ck_assert_int_eq(k->attach(zeroes, size), SLO_ECORRUPT);
    memset(zeroes, 0xff, size);
    ck_assert_int_eq(k->attach(zeroes, size), SLO_ECORRUPT);
    free(zeroes);
    free(memory);
  }
  size_t size;
  void *counter = counter_make(&size);
  ck_assert_int_eq(slo_counter_attach(counter, size, NULL), SLO_EINVAL);
  free(counter);
  void *hist = hist_make(&size);
  ck_assert_int_eq(slo_hist_attach(hist, size, NULL), SLO_EINVAL);
  free(hist);
  void *snapshot = snapshot_make(&size);
  ck_assert_int_eq(slo_snapshot_attach(snapshot, size, NULL), SLO_EINVAL);
  free(snapshot);
}
END_TEST

START_TEST(test_attach_another_kind) {
  for (int i = 0; i < KIND_COUNT; i++) {
    size_t size;
    void *memory = KINDS[i].make(&size);
    for (int j = 0; j < KIND_COUNT; j++) {
      ck_assert_msg(KINDS[j].attach(memory, size) == (i == j ? SLO_OK : SLO_ECORRUPT),
                    "a %s as a %s", KINDS[i].name, KINDS[j].name);
    }
    free(memory);
  }
}
END_TEST

START_TEST(test_attach_another_layout) {
  for (int i = 0; i < KIND_COUNT; i++) {
    size_t size;
    sloi_block *block = KINDS[i].make(&size);
    block->layout++;
    ck_assert_int_eq(KINDS[i].attach(block, size), SLO_EVERSION);
    block->layout--;
    sloi_store_relaxed(&block->ready, 0); /* init was interrupted */
    ck_assert_int_eq(KINDS[i].attach(block, size), SLO_ECORRUPT);
    free(block);
  }
}
END_TEST

START_TEST(test_copy_elsewhere) {
  for (int i = 0; i < KIND_COUNT; i++) {
    const kind *k = &KINDS[i];
    size_t size;
    void *memory = k->make(&size);
    text *before = described(k, memory, size);
    char *elsewhere = check_memory(size + 192);
    for (int at = 0; at <= 192; at += 64) {
      memcpy(elsewhere + at, memory, size);
      ck_ok(k->attach(elsewhere + at, size));
      text *after = described(k, elsewhere + at, size);
      ck_assert_str_eq(after->at, before->at);
      free(after);
    }
    k->use(elsewhere + 192, size); /* and it does not point back to where it came from */
    text *now = described(k, memory, size);
    ck_assert_str_eq(now->at, before->at);
    text *used = described(k, elsewhere + 192, size);
    ck_assert_str_ne(used->at, before->at);
    memset(memory, 0xee, size);
    free(now);
    now = described(k, elsewhere + 192, size);
    ck_assert_str_eq(now->at, used->at);
    free(used);
    free(now);
    free(before);
    free(memory);
    free(elsewhere);
  }
}
END_TEST

START_TEST(test_flip_every_byte) {
  for (int i = 0; i < KIND_COUNT; i++) {
    const kind *k = &KINDS[i];
    size_t size;
    unsigned char *memory = k->make(&size);
    size_t watched = 64 + (size_t)((sloi_block *)(void *)memory)->config_size;
    text *before = described(k, memory, size);
    ck_assert_uint_le(watched, size);
    for (size_t at = 0; at < watched; at++) {
      for (int flip = 1; flip < 256; flip += flip < 128 ? flip : 1) {
        memory[at] ^= (unsigned char)flip;
        slo_status status = k->attach(memory, size);
        if (at >= offsetof(sloi_block, reserved) && at < sizeof(sloi_block)) {
          check_that(status == SLO_OK, "%s: byte %zu is padding", k->name, at);
          text *after = described(k, memory, size);
          check_that(strcmp(after->at, before->at) == 0, "%s: byte %zu", k->name, at);
          free(after);
        } else {
          check_that(status != SLO_OK, "%s: byte %zu, flipped by %x, was not noticed", k->name, at,
                     (unsigned)flip);
        }
        memory[at] ^= (unsigned char)flip;
      }
    }
    ck_ok(k->attach(memory, size));
    free(before);
    free(memory);
  }
}
END_TEST

/* The same with a checksum that was made to match, as a faulty program would write it: what
 * attaches may mean something else, but using it stays inside the block. */
START_TEST(test_flip_and_repair) {
  uint64_t seed = 5;
  for (int i = 0; i < KIND_COUNT; i++) {
    const kind *k = &KINDS[i];
    size_t size;
    int attached = 0;
    unsigned char *original = k->make(&size), *memory = check_memory(size);
    size_t watched = 64 + (size_t)((sloi_block *)(void *)original)->config_size;
    for (size_t at = 8; at < watched; at++) {
      for (int try = 0; try < 10; try++) {
        memcpy(memory, original, size);
        sloi_block *block = (sloi_block *)(void *)memory;
        uint64_t flip = try < 8 ? UINT64_C(1) << try:
          1 + check_random(&seed) % 255;
        memory[at] ^= (unsigned char)flip;
        if (block->config_size > size - 64) continue;
        block->config_sum = sloi_block_sum(block + 1, (size_t)block->config_size);
        if (k->attach(memory, size) != SLO_OK) continue;
        attached++;
        k->use(memory, size);
      }
    }
    ck_assert_int_gt(attached, 0); /* flips of the padding and of the sum itself, at least */
    free(original);
    free(memory);
  }
}
END_TEST

/* Table and bounds are computed: what says otherwise was not laid out by init, whatever its
 * checksum. */
START_TEST(test_flip_what_is_derived) {
  for (int i = 1; i < KIND_COUNT; i++) {
    const kind *k = &KINDS[i];
    size_t size;
    unsigned char *memory = k->make(&size);
    sloi_block *block = (sloi_block *)(void *)memory;
    /* the shape is the end of the configuration: 64 bytes, table, bounds, two thresholds */
    size_t derived = (size_t)24 << 3, first = 64 + (size_t)block->config_size - 16 - derived;
    ck_assert_uint_eq(*(uint64_t *)(void *)(memory + first - sizeof(sloi_shape)), 3); /* scale */
    for (size_t at = first; at < first + derived; at++) {
      for (int bit = 0; bit < 8; bit++) {
        memory[at] ^= (unsigned char)(1 << bit);
        block->config_sum = sloi_block_sum(block + 1, (size_t)block->config_size);
        check_that(k->attach(memory, size) == SLO_ECORRUPT, "%s: byte %zu", k->name, at);
        memory[at] ^= (unsigned char)(1 << bit);
      }
    }
    block->config_sum = sloi_block_sum(block + 1, (size_t)block->config_size);
    ck_ok(k->attach(memory, size));
    free(memory);
  }
}
END_TEST

/* Shards that are no power of two, in a block that is large enough for them. */
START_TEST(test_claims_other_shards) {
  static const uint64_t shards[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 4096, 4097, 8192};
  for (int i = 0; i < 2; i++) { /* counter and hist keep them first in their configuration */
    const kind *k = &KINDS[i];
    size_t size;
    void *memory = k->make(&size);
    const uint64_t *made = memory;
    size_t row = i == 0 ? 64 : (size_t)made[21]; /* the stride of a hist */
    for (size_t s = 0; s < sizeof shards / sizeof shards[0]; s++) {
      size_t claimed = size - 2 * row + (size_t)shards[s] * row;
      sloi_block *block = check_memory(claimed);
      memcpy(block, memory, claimed < size ? claimed : size);
      ck_assert_uint_eq(*(uint64_t *)(block + 1), 2);
      *(uint64_t *)(block + 1) = shards[s];
      if (i == 1) { /* what follows from it is claimed in earnest: slots, per-CPU rows */
        uint64_t *words = (uint64_t *)block;
        words[12] = words[20] = words[11] + shards[s] * row;
      }
      block->size = claimed;
      block->config_sum = sloi_block_sum(block + 1, (size_t)block->config_size);
      int power = shards[s] >= 1 && shards[s] <= 4096;
      for (uint64_t rest = shards[s]; rest > 1; rest /= 2) power &= rest % 2 == 0;
      slo_status status = k->attach(block, claimed);
      ck_assert_msg(status == (power ? SLO_OK : SLO_ECORRUPT), "%s: %d shards", k->name,
                    (int)shards[s]);
      if (power) k->use(block, claimed);
      free(block);
    }
    free(memory);
  }
}
END_TEST

START_TEST(test_truncated) {
  for (int i = 0; i < KIND_COUNT; i++) {
    const kind *k = &KINDS[i];
    size_t size;
    void *memory = k->make(&size);
    ck_assert_uint_eq(size % 8, 0);
    for (size_t kept = 0; kept < size; kept += 8) {
      void *part = check_memory(kept);
      memcpy(part, memory, kept);
      slo_status status = k->attach(part, kept);
      check_that(status == SLO_ESPACE, "%s of %zu bytes, cut to %zu: %s", k->name, size, kept,
                 slo_status_name(status));
      free(part);
    }
    free(memory);
  }
}
END_TEST

/* Cut, and with a header that claims so little: the rest of the room must notice. */
START_TEST(test_claims_another_size) {
  for (int i = 0; i < KIND_COUNT; i++) {
    const kind *k = &KINDS[i];
    size_t size;
    void *memory = k->make(&size);
    for (size_t claimed = 64; claimed < size + 256; claimed += 8) {
      if (claimed == size) continue;
      sloi_block *part = check_memory(claimed);
      memcpy(part, memory, claimed < size ? claimed : size);
      part->size = claimed;
      slo_status status = k->attach(part, claimed);
      check_that(status == SLO_ECORRUPT, "%s of %zu bytes claims %zu: %s", k->name, size, claimed,
                 slo_status_name(status));
      free(part);
    }
    free(memory);
  }
}
END_TEST

/* Dirty memory becomes the same block as clean memory. */
START_TEST(test_init_over_dirt) {
  slo_counter_config counter_config = SLO_SIZED(slo_counter_config);
  slo_hist_config hist_config = SLO_SIZED(slo_hist_config);
  slo_counter *c;
  slo_hist *h;
  slo_snapshot *s;
  size_t size[KIND_COUNT];
  counter_config.shards = hist_config.shards = 4;
  hist_config.scale = 4;
  ck_ok(slo_counter_footprint(&counter_config, &size[0], NULL));
  ck_ok(slo_hist_footprint(&hist_config, &size[1], NULL));
  unsigned char *clean[KIND_COUNT], *dirty[KIND_COUNT];
  clean[1] = check_memory(size[1]);
  ck_ok(slo_hist_init(clean[1], size[1], &hist_config, &h, NULL));
  ck_ok(slo_snapshot_footprint(h, &size[2]));
  for (int i = 0; i < KIND_COUNT; i++) {
    if (i != 1) clean[i] = check_memory(size[i]);
    dirty[i] = check_memory(size[i] + 64);
    memset(dirty[i], 0xd1, size[i] + 64);
  }
  ck_ok(slo_counter_init(clean[0], size[0], &counter_config, &c, NULL));
  ck_ok(slo_counter_init(dirty[0], size[0] + 64, &counter_config, &c, NULL));
  ck_ok(slo_hist_init(dirty[1], size[1] + 64, &hist_config, &h, NULL));
  ck_ok(slo_snapshot_init(clean[2], size[2], h, &s, NULL));
  ck_ok(slo_snapshot_init(dirty[2], size[2] + 64, h, &s, NULL));
  for (int i = 0; i < KIND_COUNT; i++) {
    ck_assert_msg(memcmp(clean[i], dirty[i], size[i]) == 0, "%s", KINDS[i].name);
    for (size_t j = size[i]; j < size[i] + 64; j++) ck_assert_int_eq(dirty[i][j], 0xd1);
    free(clean[i]);
    free(dirty[i]);
  }
}
END_TEST

START_TEST(test_init_too_small) {
  slo_error e = SLO_SIZED(slo_error);
  size_t size;
  slo_hist *h = hist_block(&size);
  slo_snapshot *s = NULL;
  slo_counter *c = NULL;
  slo_hist *none = NULL;
  size_t need;
  ck_ok(slo_snapshot_footprint(h, &need));
  void *memory = check_memory(need);
  ck_assert_int_eq(slo_snapshot_init(memory, need - 1, h, &s, &e), SLO_ESPACE);
  ck_assert_int_eq(e.min, (int64_t)need);
  ck_assert_int_eq(slo_snapshot_init(NULL, need, h, &s, &e), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_init((char *)memory + 8, need - 8, h, &s, &e), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_init(memory, need, NULL, &s, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "hist (NULL)");
  ck_assert_int_eq(slo_snapshot_init(memory, need, h, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "snapshot (NULL)");
  ck_assert_ptr_null(s);
  free(memory);
  free(h);
  slo_counter_config cc = SLO_SIZED(slo_counter_config);
  cc.shards = 1;
  ck_ok(slo_counter_footprint(&cc, &need, NULL));
  memory = check_memory(need);
  ck_assert_int_eq(slo_counter_init(memory, need - 1, &cc, &c, &e), SLO_ESPACE);
  ck_assert_int_eq(e.min, (int64_t)need);
  ck_assert_int_eq(slo_counter_init(NULL, need, &cc, &c, &e), SLO_EINVAL);
  ck_assert_int_eq(slo_counter_init((char *)memory + 32, need, &cc, &c, &e), SLO_EINVAL);
  ck_assert_int_eq(slo_counter_init(memory, need, &cc, NULL, &e), SLO_EINVAL);
  ck_assert_ptr_null(c);
  free(memory);
  slo_hist_config hc = SLO_SIZED(slo_hist_config);
  hc.shards = 1;
  ck_ok(slo_hist_footprint(&hc, &need, NULL));
  memory = check_memory(need);
  ck_assert_int_eq(slo_hist_init(memory, need - 1, &hc, &none, &e), SLO_ESPACE);
  ck_assert_int_eq(e.min, (int64_t)need);
  ck_assert_int_eq(slo_hist_init(NULL, need, &hc, &none, &e), SLO_EINVAL);
  ck_assert_int_eq(slo_hist_init((char *)memory + 1, need, &hc, &none, &e), SLO_EINVAL);
  ck_assert_int_eq(slo_hist_init(memory, need, &hc, NULL, &e), SLO_EINVAL);
  ck_assert_ptr_null(none);
  free(memory);
}
END_TEST

/* ---- create and destroy ---- */

typedef struct ledger {
  int allocated, released;
  size_t size;
  void *memory;
  int refuse;
} ledger;

static void *ledger_allocate(void *context, size_t size) {
  ledger *l = context;
  l->size = size;
  if (l->refuse) return NULL;
  l->allocated++;
  l->memory = check_memory(size);
  return l->memory;
}

static void ledger_release(void *context, void *memory) {
  ledger *l = context;
  l->released++;
  ck_assert_ptr_eq(memory, l->memory); /* exactly what allocate returned */
  free(memory);
}

START_TEST(test_allocate) {
  ledger l = {0};
  slo_allocator a = {ledger_allocate, ledger_release, &l};
  void *memory = NULL;
  for (uint64_t size = 1; size <= 300; size++) {
    memset(&l, 0, sizeof l);
    ck_ok(sloi_block_allocate(&a, size, &memory));
    ck_assert_uint_eq(l.size % SLO_ALIGN, 0);
    ck_assert_uint_eq((uintptr_t)memory % SLO_ALIGN, 0);
    memset(memory, 0xaa, (size_t)size); /* all of it is there, and the allocator is not in it */
    sloi_block_release(memory);
    ck_assert_int_eq(l.allocated, 1);
    ck_assert_int_eq(l.released, 1);
  }
  l.refuse = 1;
  memory = &l;
  ck_assert_int_eq(sloi_block_allocate(&a, 64, &memory), SLO_ENOMEM);
  ck_assert_ptr_eq(memory, &l);
  memset(&l, 0, sizeof l);
  ck_assert_int_eq(sloi_block_allocate(&a, SLOI_BLOCK_MAX + 1, &memory), SLO_ENOMEM);
  ck_assert_int_eq(sloi_block_allocate(&a, UINT64_MAX, &memory), SLO_ENOMEM);
  ck_assert_int_eq(sloi_block_allocate(&a, UINT64_MAX - 64, &memory), SLO_ENOMEM);
  ck_assert_uint_eq(l.size, 0); /* nobody was asked for a wrapped-around size */
  slo_allocator half = {ledger_allocate, NULL, &l};
  ck_assert_int_eq(sloi_block_allocate(&half, 64, &memory), SLO_EINVAL);
  half.allocate = NULL;
  half.release = ledger_release;
  ck_assert_int_eq(sloi_block_allocate(&half, 64, &memory), SLO_EINVAL);
  ck_assert_int_eq(l.allocated, 0);
  ck_ok(sloi_block_allocate(NULL, 1000, &memory));
  ck_assert_uint_eq((uintptr_t)memory % SLO_ALIGN, 0);
  memset(memory, 0xaa, 1000);
  sloi_block_release(memory);
  sloi_block_release(NULL);
}
END_TEST

CHECK_MAIN("block", tcase_add_test(tc, test_init_misuse);
           tcase_add_test(tc, test_header_of_a_block); tcase_add_test(tc, test_check_misuse);
           tcase_add_test(tc, test_sum); tcase_add_test(tc, test_attach_misuse);
           tcase_add_test(tc, test_attach_another_kind);
           tcase_add_test(tc, test_attach_another_layout); tcase_add_test(tc, test_copy_elsewhere);
           tcase_add_test(tc, test_flip_every_byte); tcase_add_test(tc, test_flip_and_repair);
           tcase_add_test(tc, test_sum_of_two_changes);
           tcase_add_test(tc, test_flip_what_is_derived);
           tcase_add_test(tc, test_claims_other_shards); tcase_add_test(tc, test_truncated);
           tcase_add_test(tc, test_claims_another_size); tcase_add_test(tc, test_init_over_dirt);
           tcase_add_test(tc, test_init_too_small); tcase_add_test(tc, test_allocate);)
