/*
 * writer_lock - rows of their own for workers that may crash.
 *
 * A record lock on one byte of a file for each row: the kernel drops it when the process that
 * holds it dies, however it dies. So the next worker takes over a dead one's row, and nothing
 * that was recorded is lost. Here a worker records, dies without closing, and another one
 * goes on.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <slo.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int32_t acquire(void *context, uint32_t slot) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = slot, .l_len = 1};
  return fcntl(*(int *)context, F_SETLK, &lock) == 0;
}

static void release(void *context, uint32_t slot) {
  struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = slot, .l_len = 1};
  (void)fcntl(*(int *)context, F_SETLK, &lock);
}

static int work(slo_hist *hist, const slo_writer_lock *lock, int close) {
  slo_hist_writer *writer;
  if (slo_hist_writer_open(hist, lock, &writer) != SLO_OK) return 1;
  for (int i = 0; i < 1000; i++) slo_hist_writer_record(writer, 2000000);
  if (close) slo_hist_writer_close(writer);
  return 0;
}

int main(void) {
  char path[] = "/tmp/writer-lock-XXXXXX";
  int file = mkstemp(path);
  slo_writer_lock lock = {acquire, release, &file};
  slo_hist_config config = SLO_SIZED(slo_hist_config);
  slo_hist *hist;
  size_t size;
  config.writers = 1; /* one row, two workers, one after the other */
  if (file < 0 || unlink(path) != 0) return 1;
  if (slo_hist_footprint(&config, &size, NULL) != SLO_OK) return 1;
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || slo_hist_init(memory, size, &config, &hist, NULL) != SLO_OK) return 1;

  for (int worker = 0; worker < 2; worker++) {
    int status;
    pid_t child = fork();
    if (child == 0) _exit(work(hist, &lock, worker == 1)); /* the first one does not close */
    if (waitpid(child, &status, 0) != child || status != 0) return 1;
  }
  slo_snapshot *snapshot;
  slo_snapshot_summary all = SLO_SIZED(slo_snapshot_summary);
  if (slo_snapshot_create(hist, NULL, &snapshot, NULL) != SLO_OK ||
      slo_snapshot_read(snapshot, hist) != SLO_OK ||
      slo_snapshot_summarize(snapshot, &all) != SLO_OK) {
    return 1;
  }
  printf("%d events by two workers in one row\n", (int)all.count);
  slo_snapshot_destroy(snapshot);
  return all.count != 2000;
}
