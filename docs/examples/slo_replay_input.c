#define _POSIX_C_SOURCE 200809L
#include "slo_replay_input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A longer line is no log line: it is skipped and counted, whatever its length. */
enum { INPUT_LINE_MAX = 256 * 1024 };

/* A single line this far from its neighbours is a broken clock; two in a row are the truth. */
static const int64_t INPUT_CLOCK_NS = 366 * SLO_DAY_NS;

static int is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* All of text[0..n) is an integer that fits; a leading '-' is allowed. */
static int parse_integer(const char *text, size_t n, int64_t *value) {
  size_t i = n > 0 && text[0] == '-';
  int64_t v = 0;
  if (i == n) return 0;
  for (; i < n; i++) {
    if (!is_digit(text[i]) || v > (INT64_MAX - 9) / 10) return 0;
    v = v * 10 + (text[i] - '0');
  }
  *value = text[0] == '-' ? -v : v;
  return 1;
}

/* ---- lines ---- */

/* More bytes behind `end`; 0 at the end of the input. */
static int input_fill(input *in) {
  ssize_t n;
  if (in->at_end) return 0;
  if (in->begin > 0) {
    memmove(in->buffer, in->buffer + in->begin, in->end - in->begin);
    in->end -= in->begin;
    in->begin = 0;
  }
  do {
    n = read(in->file, in->buffer + in->end, INPUT_LINE_MAX - in->end);
  } while (n < 0 && errno == EINTR);
  if (n < 0) in->failed = errno;
  if (n <= 0) {
    in->at_end = 1;
    return 0;
  }
  in->end += (size_t)n;
  in->bytes += (uint64_t)n;
  return 1;
}

/* The next line without its end: 1; 0 at the end; -1 when it was too long and skipped. */
static int input_line(input *in, char **line, size_t *length) {
  size_t searched = 0;
  int skipping = 0;
  for (;;) {
    char *start = in->buffer + in->begin;
    size_t have = in->end - in->begin;
    char *newline = have > searched ? memchr(start + searched, '\n', have - searched) : NULL;
    if (newline != NULL) {
      in->begin = (size_t)(newline + 1 - in->buffer);
      if (skipping) return -1;
      *line = start;
      *length = (size_t)(newline - start);
      break;
    }
    searched = have;
    if (have == INPUT_LINE_MAX) {
      skipping = 1;
      in->begin = in->end = 0;
      searched = 0;
    }
    if (!input_fill(in)) {
      if (skipping) {
        in->begin = in->end;
        return -1;
      }
      if (in->end == in->begin) return 0;
      *line = in->buffer + in->begin;
      *length = in->end - in->begin;
      in->begin = in->end;
      break;
    }
  }
  if (*length > 0 && (*line)[*length - 1] == '\r') --*length;
  return 1;
}

/* ---- the combined format of Apache and nginx ---- */

static int combined_number(const char *p, int n) {
  int value = 0;
  for (int i = 0; i < n; i++) {
    if (!is_digit(p[i])) return -1;
    value = value * 10 + (p[i] - '0');
  }
  return value;
}

/* "17/May/2015:10:05:03 +0000" */
static int combined_time(input *in, const char *p, int64_t *time_ns) {
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (memcmp(p, in->time_text, 26) == 0) {
    *time_ns = in->time_ns;
    return 1;
  }
  if (p[2] != '/' || p[6] != '/' || p[11] != ':' || p[14] != ':' || p[17] != ':' || p[20] != ' ' ||
      (p[21] != '+' && p[21] != '-')) {
    return 0;
  }
  int month = 0;
  while (month < 12 && memcmp(months + (size_t)month * 3, p + 3, 3) != 0) month++;
  int zone_hours = combined_number(p + 22, 2), zone_minutes = combined_number(p + 24, 2);
  int64_t local_ns;
  if (zone_hours < 0 || zone_minutes < 0 || zone_minutes > 59 || zone_hours > 23 ||
      slo_time_civil(combined_number(p + 7, 4), month + 1, combined_number(p, 2),
                     combined_number(p + 12, 2), combined_number(p + 15, 2),
                     combined_number(p + 18, 2), 0, &local_ns) != SLO_OK) {
    return 0;
  }
  int64_t zone_ns = zone_hours * SLO_HOUR_NS + zone_minutes * SLO_MINUTE_NS;
  *time_ns = p[21] == '-' ? local_ns + zone_ns : local_ns - zone_ns;
  if (*time_ns < 0 || *time_ns > SLO_TIME_MAX_NS) return 0;
  memcpy(in->time_text, p, 26);
  in->time_ns = *time_ns;
  return 1;
}

/* nginx's request_time, seconds with a point, as the last field behind `from`. */
static void combined_latency(const char *from, const char *end, slo_event *event) {
  const char *last = end;
  while (last > from && last[-1] != ' ') last--;
  if (last == from || last == end) return;
  int64_t seconds = 0, place = 100000000, fraction = 0;
  const char *p = last;
  for (; p < end && is_digit(*p) && seconds < 1000000; p++) seconds = seconds * 10 + (*p - '0');
  if (p == last || p == end || *p != '.' || p + 1 == end) return;
  for (p++; p < end && is_digit(*p); p++, place /= 10) fraction += (*p - '0') * place;
  if (p != end) return;
  event->latency_ns = seconds * SLO_SECOND_NS + fraction;
  event->known |= SLO_EVENT_LATENCY;
}

static int combined_parse(input *in, const char *line, size_t length, input_event *e) {
  const char *end = line + length;
  const char *p = line;
  /* the first bracket that holds a time: a user name may have some of its own */
  for (;; p++) {
    p = memchr(p, '[', (size_t)(end - p));
    if (p == NULL || end - p < 29) return 0;
    if (p[27] == ']' && combined_time(in, p + 1, &e->time_ns)) break;
  }
  p += 28;
  if (p + 1 >= end || p[0] != ' ' || p[1] != '"') return 0;
  /* the request ends with the first quote that is not escaped and is followed by a status */
  const char *request = p + 2;
  for (p = request;; p++) {
    p = memchr(p, '"', (size_t)(end - p));
    if (p == NULL || end - p < 5) return 0;
    const char *slash = p;
    while (slash > request && slash[-1] == '\\') slash--;
    if ((p - slash) % 2 == 0 && p[1] == ' ' && is_digit(p[2]) && is_digit(p[3]) && is_digit(p[4]) &&
        (p + 5 == end || p[5] == ' ')) {
      break;
    }
  }
  e->event.status = combined_number(p + 2, 3);
  e->event.known = SLO_EVENT_STATUS;
  p += 5;
  if (p < end) { /* the size, or '-', is not a time */
    p++;
    while (p < end && *p != ' ') p++;
    combined_latency(p, end, &e->event);
  }
  return 1;
}

/* ---- csv ---- */

/* The next field without the spaces around it: quoted ones without their quotes (a doubled quote
 * inside stays doubled: no column that is read has any). 0 when there is none. */
static int csv_field(const char **p, const char *end, const char **field, size_t *length) {
  if (*p == NULL) return 0;
  const char *start = *p;
  while (start < end && *start == ' ') start++;
  if (start < end && *start == '"') {
    const char *q = ++start;
    for (; q < end; q++) {
      if (*q != '"') continue;
      if (q + 1 < end && q[1] == '"') {
        q++;
      } else {
        break;
      }
    }
    *field = start;
    *length = (size_t)(q - start);
    const char *comma = q < end ? memchr(q, ',', (size_t)(end - q)) : NULL;
    *p = comma == NULL ? NULL : comma + 1;
    return 1;
  }
  const char *comma = memchr(start, ',', (size_t)(end - start));
  *field = start;
  *length = (size_t)((comma == NULL ? end : comma) - start);
  while (*length > 0 && start[*length - 1] == ' ') --*length;
  *p = comma == NULL ? NULL : comma + 1;
  return 1;
}

static int csv_named(const char *field, size_t length, const char *name) {
  return strlen(name) == length && memcmp(field, name, length) == 0;
}

static int csv_header(input *in) {
  char *line;
  size_t length;
  int got = input_line(in, &line, &length);
  if (got <= 0) {
    fprintf(stderr, got == 0 ? "slo_replay: the input is empty: a csv needs a header\n"
                             : "slo_replay: the csv header is too long\n");
    return -1;
  }
  const char *p = line, *end = line + length, *field;
  if (length >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) p += 3;
  size_t n;
  for (int i = 0; i < INPUT_COLUMNS && csv_field(&p, end, &field, &n); i++) {
    if (csv_named(field, n, "ts_ms") || csv_named(field, n, "ts_ns")) {
      in->time_column = i;
      in->time_unit_ns = csv_named(field, n, "ts_ms") ? 1000000 : 1;
    } else if (csv_named(field, n, "status")) {
      in->status_column = i;
    } else if (csv_named(field, n, "latency_ns")) {
      in->latency_column = i;
    } else if (csv_named(field, n, "valid")) {
      in->valid_column = i;
    } else if (csv_named(field, n, "bad")) {
      in->bad_column = i;
    }
  }
  if (in->time_column < 0) {
    fprintf(stderr, "slo_replay: the csv header names no ts_ms and no ts_ns\n");
    return -1;
  }
  if ((in->valid_column < 0) != (in->bad_column < 0) ||
      (in->valid_column < 0 && in->status_column < 0)) {
    fprintf(stderr, "slo_replay: the csv header must name status, or both valid and bad\n");
    return -1;
  }
  if (in->valid_column >= 0) in->status_column = in->latency_column = -1;
  return 0;
}

static int csv_time(const input *in, const char *field, size_t n, int64_t *time_ns) {
  int64_t value;
  if (!parse_integer(field, n, &value)) return 0;
  if (value < 0 || value > SLO_TIME_MAX_NS / in->time_unit_ns) return 0;
  *time_ns = value * in->time_unit_ns;
  return 1;
}

static int csv_parse(const input *in, const char *line, size_t length, input_event *e) {
  const char *p = line, *end = line + length, *field;
  size_t n;
  int have_time = 0, have_valid = 0, have_bad = 0;
  int64_t valid = 0, bad = 0, status;
  for (int i = 0; i < INPUT_COLUMNS && csv_field(&p, end, &field, &n); i++) {
    if (i == in->time_column) {
      have_time = csv_time(in, field, n, &e->time_ns);
    } else if (i == in->status_column && n > 0) {
      if (!parse_integer(field, n, &status) || status < INT32_MIN || status > INT32_MAX) return 0;
      e->event.status = (int32_t)status;
      e->event.known |= SLO_EVENT_STATUS;
    } else if (i == in->latency_column && n > 0) {
      if (!parse_integer(field, n, &e->event.latency_ns)) return 0;
      e->event.known |= SLO_EVENT_LATENCY;
    } else if (i == in->valid_column) {
      have_valid = parse_integer(field, n, &valid);
    } else if (i == in->bad_column) {
      have_bad = parse_integer(field, n, &bad);
    }
  }
  if (!have_time) return 0;
  if (in->valid_column < 0) return (e->event.known & SLO_EVENT_STATUS) != 0;
  /* far below where sums of them could overflow */
  if (!have_valid || !have_bad || bad < 0 || valid < bad || valid > INT64_C(1000000000000))
    return 0;
  e->counts.good = (uint64_t)(valid - bad);
  e->counts.bad = (uint64_t)bad;
  return 1;
}

/* ---- events ---- */

int input_open(input *in, const char *path, int format) {
  memset(in, 0, sizeof *in);
  in->time_text[0] = '-'; /* no line's time, not even that of a line of zeros */
  in->format = format;
  in->time_column = in->status_column = in->latency_column = in->valid_column = in->bad_column = -1;
  in->file = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY);
  if (in->file < 0) {
    fprintf(stderr, "slo_replay: %s: %s\n", path, strerror(errno));
    return -1;
  }
  in->buffer = malloc(INPUT_LINE_MAX);
  if (in->buffer == NULL) {
    fprintf(stderr, "slo_replay: %s\n", slo_strerror(SLO_ENOMEM));
    return -1;
  }
  (void)input_fill(in);
  if (in->failed) {
    fprintf(stderr, "slo_replay: %s: %s\n", path, strerror(in->failed));
    return -1;
  }
  if (in->end >= 2 && memcmp(in->buffer, "\x1f\x8b", 2) == 0) {
    fprintf(stderr, "slo_replay: %s is compressed: zcat %s | slo_replay .. -\n", path, path);
    return -1;
  }
  return format == INPUT_CSV ? csv_header(in) : 0;
}

void input_close(input *in) {
  if (in->file > STDERR_FILENO) (void)close(in->file);
  free(in->buffer);
  in->buffer = NULL;
}

int input_has_counts(const input *in) {
  return in->valid_column >= 0;
}

int input_may_have_latency(const input *in) {
  return in->format == INPUT_COMBINED || in->latency_column >= 0;
}

/* The next line that parses. */
static int input_parsed(input *in, input_event *e) {
  char *line;
  size_t length;
  int got;
  while ((got = input_line(in, &line, &length)) != 0) {
    if (got > 0 && length == 0) continue;
    in->lines++;
    memset(e, 0, sizeof *e);
    int parsed = got > 0 && (in->format == INPUT_COMBINED ? combined_parse(in, line, length, e)
                                                          : csv_parse(in, line, length, e));
    if (parsed) return 1;
    in->unparsed++;
  }
  return 0;
}

static int input_far(int64_t a, int64_t b) {
  return a - b > INPUT_CLOCK_NS || b - a > INPUT_CLOCK_NS;
}

static void input_drop(input *in) {
  in->unparsed++;
  in->wrong_clock++;
}

/* first and second agree on the time: they are what comes next. */
static void input_confirm(input *in, const input_event *first, const input_event *second) {
  in->next[0] = *second; /* given out from the end */
  in->next[1] = *first;
  in->next_count = 2;
  in->held_count = 0;
  in->have_newest = 1;
  in->newest_ns = first->time_ns > second->time_ns ? first->time_ns : second->time_ns;
}

/* An event that is far from the newest one, or the first there is, is held until another agrees
 * with it. Of three that do not, the oldest goes. */
static void input_hold(input *in, const input_event *e) {
  for (int i = 0; i < in->held_count; i++) {
    if (input_far(e->time_ns, in->held[i].time_ns)) continue;
    input_event first = in->held[i];
    for (int k = 1; k < in->held_count; k++) input_drop(in);
    input_confirm(in, &first, e);
    return;
  }
  /* events that go on ascending are far apart, not wrong */
  int ascending =
      in->held_count > 0 && e->time_ns >= in->held[in->held_count - 1].time_ns &&
      (in->have_newest ? in->held[0].time_ns > in->newest_ns
                       : in->held_count == 2 && in->held[1].time_ns > in->held[0].time_ns);
  if (ascending && in->have_newest) {
    input_event first = in->held[0];
    input_confirm(in, &first, e);
    return;
  }
  if (ascending) {
    input_event first = in->held[0], second = in->held[1];
    input_confirm(in, &first, &second);
  }
  /* the truth at the beginning may be either of two; later, the newest one is a witness too */
  int room = in->have_newest ? 1 : 2;
  if (in->held_count == room) {
    in->held[0] = in->held[1];
    in->held_count--;
    input_drop(in);
  }
  in->held[in->held_count++] = *e;
}

static int input_far_from_all(const input *in, const input_event *e) {
  return !in->have_newest || input_far(e->time_ns, in->newest_ns);
}

int input_next(input *in, input_event *e) {
  while (in->next_count == 0) {
    if (!input_parsed(in, e)) break;
    if (input_far_from_all(in, e)) {
      input_hold(in, e);
      continue;
    }
    for (; in->held_count > 0; in->held_count--) input_drop(in);
    if (e->time_ns > in->newest_ns) in->newest_ns = e->time_ns;
    return 1;
  }
  if (in->next_count == 0 && in->held_count > 0 && !in->have_newest) {
    /* the whole log: one line, or two that are years apart */
    input_event last = in->held[in->held_count - 1], first = in->held[0];
    int both = in->held_count == 2;
    input_confirm(in, &first, &last);
    if (!both) in->next_count = 1;
  }
  if (in->next_count == 0) {
    for (; in->held_count > 0; in->held_count--) input_drop(in);
    return 0;
  }
  *e = in->next[--in->next_count];
  return 1;
}
