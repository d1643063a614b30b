"""The library may be unloaded after threads have recorded: the kernel must not be left with a
pointer into it (the descriptor of a restartable sequence)."""

import os
import subprocess
import sys

import pytest
from conftest import BUILD

PROGRAM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

typedef int32_t (*create_function)(const void *, const void *, void **, void *);
typedef void (*record_function)(void *, int64_t);

static volatile int sink;

/* Long enough for the kernel to preempt and move us some dozen times. */
static void be_preempted(void) {
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  do {
    for (int i = 0; i < 1000; i++) sink += i;
    sched_yield();
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < 300);
}

int main(int argc, char **argv) {
  for (int round = 0; round < 3; round++) {
    void *library = dlopen(argv[argc - 1], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return puts(dlerror()), 1;
    create_function create = (create_function)dlsym(library, "slo_hist_create");
    record_function record = (record_function)dlsym(library, "slo_hist_record");
    void (*destroy)(void *) = (void (*)(void *))dlsym(library, "slo_hist_destroy");
    void *hist;
    if (create(NULL, NULL, &hist, NULL) != 0) return 1;
    for (int64_t i = 1; i < 100000; i++) record(hist, i * 1000);
    destroy(hist);
    if (dlclose(library) != 0) return 1;
    be_preempted();
    if (dlopen(argv[argc - 1], RTLD_NOW | RTLD_NOLOAD) != NULL) return puts("still there"), 1;
  }
  return puts("unloaded"), 0;
}
"""


@pytest.mark.skipif("asan" in str(BUILD) or "tsan" in str(BUILD), reason="needs a plain library")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
def test_recording_leaves_nothing_behind(tmp_path):
    source, program = tmp_path / "unload.c", tmp_path / "unload"
    source.write_text(PROGRAM)
    cc = os.environ.get("CC", "cc").split()
    subprocess.run([*cc, "-O1", str(source), "-o", str(program), "-ldl"], check=True)
    done = subprocess.run(
        [str(program), str(BUILD / "libslo.so")], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "unloaded\n"), (done.returncode, done.stderr)
