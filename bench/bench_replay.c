/*
 * How fast does slo_replay read a log, against `wc -l` on the same file? The log is made
 * here: the shop's day, or the combined log given as the second argument, repeated with
 * later dates up to 100 MB.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { ROUNDS = 7 };
static const uint64_t TARGET = 100000000;

static char program[512], log_path[512];
static long peak_kib;

static char *read_file(const char *path, size_t *size) {
  FILE *f = fopen(path, "rb");
  char *text = NULL;
  if (f == NULL) return NULL;
  if (fseek(f, 0, SEEK_END) == 0) {
    *size = (size_t)ftell(f);
    rewind(f);
    text = malloc(*size + 1);
    if (text != NULL && fread(text, 1, *size, f) == *size) text[*size] = '\0';
  }
  (void)fclose(f);
  return text;
}

/* The day of a line's date, "17/May/2015", since the epoch; -1 when it has none. */
static int64_t line_day(const char *date) {
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  int64_t ns;
  char name[4] = {date[3], date[4], date[5], '\0'};
  const char *month = strstr(months, name);
  if (month == NULL || slo_time_civil(atoi(date + 7), (int32_t)(month - months) / 3 + 1, atoi(date),
                                      0, 0, 0, 0, &ns) != SLO_OK) {
    return -1;
  }
  return ns / SLO_DAY_NS;
}

/* Overwrites the date in place: it always has eleven characters. */
static void put_day(char *date, int64_t day) {
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  char text[SLO_TIME_TEXT_MAX];
  if (slo_time_format(day * SLO_DAY_NS, text, sizeof text) != SLO_OK) return;
  memcpy(date, text + 8, 2);
  memcpy(date + 3, months + (size_t)(atoi(text + 5) - 1) * 3, 3);
  memcpy(date + 7, text, 4);
}

static int make_log(const char *source) {
  size_t size = 0;
  char *text = read_file(source, &size);
  FILE *out = fopen(log_path, "wb");
  if (text == NULL || out == NULL) return 0;
  int64_t first = INT64_MAX, last = 0;
  for (char *p = text; (p = strchr(p, '[')) != NULL; p = strchr(p, '\n')) {
    int64_t day = line_day(p + 1);
    if (day >= 0 && day < first) first = day;
    if (day > last) last = day;
    if (strchr(p, '\n') == NULL) break;
  }
  for (uint64_t written = 0; written < TARGET; written += size) {
    if (fwrite(text, 1, size, out) != size) return 0;
    for (char *p = text; (p = strchr(p, '[')) != NULL; p = strchr(p, '\n')) {
      int64_t day = line_day(p + 1);
      if (day >= 0) put_day(p + 1, day + last - first + 1);
      if (strchr(p, '\n') == NULL) break;
    }
  }
  free(text);
  return fclose(out) == 0;
}

/* Runs a program on the log with its output thrown away. */
static void run_program(void *context, uint64_t n) {
  char *const *argv = context;
  (void)n;
  pid_t child = fork();
  if (child == 0) {
    int null = open("/dev/null", O_WRONLY);
    if (null >= 0) (void)dup2(null, STDOUT_FILENO);
    execvp(argv[0], argv);
    _exit(127);
  }
  int status = 0;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) != child || status != 0) {
    fprintf(stderr, "bench: %s failed\n", argv[0]);
    exit(1);
  }
  if (argv[0] == program) peak_kib = usage.ru_maxrss;
}

int main(int argc, char **argv) {
  const char *build = argc > 1 ? argv[1] : "build";
  char source[512];
  (void)snprintf(program, sizeof program, "%s/examples/slo_replay", build);
  (void)snprintf(log_path, sizeof log_path, "%s/bench/replay.log", build);
  (void)snprintf(source, sizeof source, "%s/bench/replay-day.log", build);
  if (argc > 2) {
    (void)snprintf(source, sizeof source, "%s", argv[2]);
  } else {
    char command[1100];
    (void)snprintf(command, sizeof command, "%s/examples/shop_log >%s", build, source);
    if (system(command) != 0) return 1;
  }
  if (!make_log(source)) {
    perror(source);
    return 1;
  }
  char *wc[] = {(char *)"wc", (char *)"-l", log_path, NULL};
  char *replay[] = {program, (char *)"--json", log_path, NULL};
  char *latency[] = {program,       (char *)"--json", (char *)"--threshold-ms",
                     (char *)"300", log_path,         NULL};
  bench_case cases[] = {
      {"wc -l", run_program, wc, 1, {0}, 0},
      {"slo_replay", run_program, replay, 1, {0}, 0},
      {"slo_replay --threshold-ms 300", run_program, latency, 1, {0}, 0},
  };
  size_t count = sizeof cases / sizeof cases[0];
  (void)bench_pin(0);
  bench_run(cases, count, ROUNDS);
  bench_print("replay of 100 MB, one core", cases, count);
  FILE *f = fopen(log_path, "rb");
  double bytes = 0;
  if (f != NULL && fseek(f, 0, SEEK_END) == 0) bytes = (double)ftell(f);
  if (f != NULL) (void)fclose(f);
  for (size_t i = 1; i < count; i++) {
    printf("  %-46s %10.0f MB/s\n", cases[i].name, bytes / bench_median(&cases[i]) * 1e3);
  }
  printf("  %-46s %10ld KiB\n", "peak memory", peak_kib);
  (void)unlink(log_path);
  return bench_json(build, "replay", cases, count);
}
