/* slo_replay_input.h - lines of a log become events; nothing is counted here but lines. */
#ifndef SLO_REPLAY_INPUT_H
#define SLO_REPLAY_INPUT_H

#include <slo.h>

enum { INPUT_COMBINED, INPUT_CSV };

enum { INPUT_COLUMNS = 256 };

/* One parsed line. With counts: `counts` is all there is, else `event`. */
typedef struct input_event {
  int64_t time_ns;
  slo_event event;
  slo_counts counts;
} input_event;

typedef struct input {
  int file;
  int format;
  char *buffer;
  size_t begin, end; /* the unread bytes of buffer */
  int at_end;
  int failed;           /* errno of a read that failed, else 0 */
  uint64_t bytes;       /* read so far */
  uint64_t lines;       /* that could hold an event: not the csv header, not empty ones */
  uint64_t unparsed;    /* of these, the ones that hold none */
  uint64_t wrong_clock; /* of these, the ones more than a year from their neighbours */
  /* csv */
  int time_column, status_column, latency_column, valid_column, bad_column;
  int64_t time_unit_ns;
  /* combined: the last time that was read, and what it said */
  char time_text[27];
  int64_t time_ns;
  /* the neighbours' clock */
  int64_t newest_ns;
  int have_newest;
  input_event held[2]; /* not confirmed yet */
  int held_count;
  input_event next[2]; /* confirmed: what input_next gives out first */
  int next_count;
} input;

/* 0, or -1 after a message on stderr. */
int input_open(input *in, const char *path, int format);
void input_close(input *in);

/* csv: do rows carry valid and bad counts; does a line carry a latency? Known after open. */
int input_has_counts(const input *in);
int input_may_have_latency(const input *in);

/* The next event: 1, at the end 0. */
int input_next(input *in, input_event *event);

#endif
