# libslo. `make help` says what there is.
#
# CC, CFLAGS, CPPFLAGS, LDFLAGS and PREFIX are yours; V=1 shows the commands.

CFLAGS  ?= -O2 -g
AR      ?= ar
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
INCDIR  ?= $(PREFIX)/include
BUILD   ?= build
WERROR  ?=
Q        = $(if $(V),,@)
SAY      = $(if $(V),:,printf '  %-6s %s\n')

VERSION := $(shell sed -n 's/.*SLO_VERSION_STRING "\(.*\)"/\1/p' include/slo/version.h)
MAJOR   := $(firstword $(subst ., ,$(VERSION)))
SONAME  := libslo.so.$(MAJOR)

WARN    := -Wall -Wextra -Wpedantic -Wconversion $(WERROR)
# no fused multiply-adds: the same bits everywhere
OURS    := -std=c11 -Iinclude -Isrc $(WARN) -ffp-contract=off
CC_LIB   = $(CC) $(OURS) -fPIC -fvisibility=hidden $(CPPFLAGS) $(CFLAGS) $(SAN) -MMD -MP
CC_USE   = $(CC) $(OURS) $(CPPFLAGS) $(CFLAGS) $(SAN) -MMD -MP

SOURCES  := $(sort $(wildcard src/*/*.c))
OBJECTS  := $(SOURCES:src/%.c=$(BUILD)/obj/%.o)
HEADERS  := include/slo.h $(sort $(wildcard include/slo/*.h))
STATIC   := $(BUILD)/libslo.a
SHARED   := $(BUILD)/libslo.so.$(VERSION)
TESTS    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/test_*.c)))
EXAMPLES := $(patsubst docs/examples/%.c,$(BUILD)/examples/%,$(filter-out docs/examples/slo_replay_%.c,$(wildcard docs/examples/*.c)))
BENCHES  := $(patsubst bench/%.c,$(BUILD)/bench/%,$(sort $(wildcard bench/bench_*.c)))
PYTHON   := build/venv/bin/python
GO        = $(if $(wildcard build/venv/bin/go),$(CURDIR)/build/venv/bin/go,go)

.PHONY: all lib static shared examples demo deps tests benches test check-c check-python check-go race-go soak-go asan tsan soak bench bench-alerts bench-peers bench-plot \
        bench-python floors exports headers docs format reformat generated current amalgamation typed lint-go vectors check install uninstall dist help clean

all: lib examples ## the library and the examples
lib: static shared
static: $(STATIC) ## build/libslo.a
shared: $(SHARED) ## build/libslo.so
examples: $(EXAMPLES)

$(BUILD)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	@$(SAY) CC $<
	$(Q)$(CC_LIB) -c $< -o $@

$(STATIC): $(OBJECTS)
	@$(SAY) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(SHARED): $(OBJECTS) src/libslo.map
	@$(SAY) LD $@
	$(Q)$(CC) -shared -Wl,-soname,$(SONAME) -Wl,--version-script=src/libslo.map -Wl,-z,defs \
	  $(CFLAGS) $(SAN) $(LDFLAGS) $(OBJECTS) -lm -o $@
	$(Q)ln -sf $(notdir $@) $(BUILD)/$(SONAME) && ln -sf $(notdir $@) $(BUILD)/libslo.so

$(BUILD)/examples/slo_replay: $(addprefix docs/examples/slo_replay_,input.c options.c report.c)
$(BUILD)/examples/%: docs/examples/%.c $(STATIC)
	@mkdir -p $(@D)
	@$(SAY) LINK $@
	$(Q)$(CC_USE) -MF $@.d $(filter %.c,$^) $(LDFLAGS) $(STATIC) -lm -o $@

$(BUILD)/bench/bench_alerts: $(STATIC) # its hour is spent in calls
$(BUILD)/bench/%: bench/%.c $(SHARED)
	@mkdir -p $(@D)
	@$(SAY) LINK $@
	$(Q)$(CC_USE) -D_GNU_SOURCE -MF $@.d $< $(filter %.a,$^) $(LDFLAGS) -L$(BUILD) -lslo \
	  -Wl,-rpath,'$$ORIGIN/..' -lm -pthread -o $@

# ---- the main job ----

FORMAT ?= combined
DEMO   := $(BUILD)/demo/shop.log

demo: $(EXAMPLES) ## a day of a small shop replayed; make demo LOG=path FORMAT=csv for your own
ifdef LOG
	@$(BUILD)/examples/slo_replay --format $(FORMAT) $(ARGS) $(LOG)
else
	@mkdir -p $(dir $(DEMO))
	@$(BUILD)/examples/shop_log > $(DEMO)
	@$(BUILD)/examples/slo_replay --threshold-ms 1000 $(ARGS) $(DEMO)
endif

# ---- tests ----

deps: ## installs what the tests need: apt as root or by sudo, Python things in build/venv
	$(Q)sh tests/checks/deps.sh

$(BUILD)/tests/%: tests/%.c tests/check_main.h $(STATIC)
	@mkdir -p $(@D)
	@$(SAY) LINK $@
	$(Q)$(CC_USE) -MF $@.d -Itests $$(pkg-config --cflags check) $< $(LDFLAGS) $(STATIC) \
	  $$(pkg-config --libs check) -lm -pthread -o $@

$(BUILD)/tests/fail_malloc.so: tests/fail_malloc.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(OURS) $(CFLAGS) -fPIC -shared $< -ldl -o $@

tests: $(TESTS) $(BUILD)/vectors
benches: $(BENCHES) $(BUILD)/bench/ours
test: check-c check-go check-python ## everything: C, then Go and Python

# by a make of its own: in `make deps test` Check may arrive while this one runs
check-c:
	$(Q)pkg-config --exists check || { echo 'make deps first: Check is missing'; exit 1; }
	+$(Q)$(MAKE) --no-print-directory tests
	$(Q)for t in $(TESTS); do $$t || exit 1; done

check-python: lib examples $(BUILD)/vectors $(BUILD)/tests/fail_malloc.so
	$(Q)test -x $(PYTHON) || { echo 'make deps first: build/venv is missing'; exit 1; }
	$(Q)BUILD=$(BUILD) CC='$(CC)' $(PYTHON) -m pytest -q -p no:cacheprovider tests \
	  bindings/python/tests

# what every language replays: tests/vectors.c says how the lines look
$(BUILD)/vectors: tests/vectors.c $(STATIC)
	@$(SAY) LINK $@
	$(Q)$(CC_USE) -MF $@.d $< $(LDFLAGS) $(STATIC) -lm -o $@

SLO_TEST_DATA ?= ../shared/data
vectors: $(BUILD)/vectors ## build/vectors.jsonl, answers of C for the bindings' tests
	$(Q)$(BUILD)/vectors $(BUILD)/vectors.jsonl $(SLO_TEST_DATA)

GO_THERE = $(GO) env GOVERSION 2>/dev/null | grep -Eq '^go1\.(2[1-9]|[3-9][0-9])' || { \
  echo 'make deps first: Go 1.21 or later is missing'; exit 1; }

# with the source beside it, then fewer events with the installed library
check-go: export SLO_VECTORS = $(abspath $(BUILD))/vectors.jsonl
check-go: lib vectors
	$(Q)$(GO_THERE)
	$(Q)cd bindings/go && $(GO) test -count=1 ./...
	+$(Q)$(MAKE) -s --no-print-directory install DESTDIR= PREFIX=$(abspath $(BUILD))/prefix
	$(Q)cd bindings/go && PKG_CONFIG_PATH=$(abspath $(BUILD))/prefix/lib/pkgconfig \
	  LD_LIBRARY_PATH=$(abspath $(BUILD))/prefix/lib $(GO) test -count=1 -short -tags slo_system .

race-go: ## the Go tests under its race detector, with fewer events
	$(Q)$(GO_THERE)
	$(Q)cd bindings/go && $(GO) test -race -count=1 ./...

soak-go: ## a hundred million events by goroutines and a thread of C
	$(Q)$(GO_THERE)
	$(Q)cd bindings/go && SLO_EVENTS=200000000 $(GO) test -count=1 -timeout 30m -run TestConservation -v .

SANITIZED = $(MAKE) --no-print-directory WERROR=$(WERROR)
asan: ## the C tests and the examples under AddressSanitizer and UBSan
	+$(Q)$(SANITIZED) BUILD=build/asan CFLAGS='-O1 -g -fno-omit-frame-pointer' CK_FORK=no \
	  SAN='-fsanitize=address,undefined -fno-sanitize-recover=all' check-c examples vectors
	$(Q)BUILD=build/asan $(PYTHON) -m pytest -q -p no:cacheprovider tests/test_replay_truth.py \
	  tests/test_replay_input.py
THREADED = $(patsubst tests/%.c,build/tsan/tests/%,$(shell grep -l pthread tests/test_*.c))
tsan: ## the C tests that have threads under ThreadSanitizer
	+$(Q)$(SANITIZED) BUILD=build/tsan CFLAGS='-O1 -g' SAN=-fsanitize=thread CK_FORK=no \
	  TESTS='$(THREADED)' check-c
export CK_FORK

$(BUILD)/soak: tests/soak.c $(STATIC)
	@$(SAY) LINK $@
	$(Q)$(CC_USE) -MF $@.d $< $(LDFLAGS) $(STATIC) -lm -pthread -o $@

soak: $(BUILD)/soak ## a billion events by threads that are moved, interrupted and killed
	$(Q)$(BUILD)/soak $(MILLIONS)

bench: $(BENCHES) examples ## the benchmarks; make bench BENCH=record for one
	$(Q)for b in $(if $(BENCH),$(BUILD)/bench/bench_$(BENCH),$(BENCHES)); do $$b $(BUILD) || exit 1; done

bench-alerts: $(BUILD)/bench/bench_alerts ## the whole grid of the bench of alerts: an hour
	$(Q)$< $(BUILD) full

bench-peers: $(BUILD)/bench/ours ## the same by other libraries, as far as their tools are installed
	$(Q)python3 bench/peers.py $(BUILD)

bench-python: lib ## the Python binding against prometheus_client, in one run
	$(Q)$(PYTHON) -c 'import prometheus_client' 2>/dev/null || $(PYTHON) -m pip -q install prometheus_client
	$(Q)SLO_LIBRARY=$(BUILD)/libslo.so PYTHONPATH=bindings/python $(PYTHON) bindings/python/bench/bench.py $(BUILD)

bench-plot: ## build/bench/record.svg and alerts.svg from the last run of the bench
	$(Q)$(PYTHON) -c 'import matplotlib' 2>/dev/null || $(PYTHON) -m pip -q install matplotlib
	$(Q)if [ -e $(BUILD)/bench/record.json ]; then $(PYTHON) bench/plot.py $(BUILD); fi
	$(Q)if [ -e $(BUILD)/bench/alerts.json ]; then $(PYTHON) bench/plot_alerts.py $(BUILD); fi

# ---- checks ----

check: floors exports headers docs format current typed lint-go ## all checks below
floors: ## a file includes only lower floors and its own room
	$(Q)python3 tests/checks/floors.py
exports: shared ## exported names = names marked SLO_API = names in src/libslo.map
	$(Q)python3 tests/checks/exports.py $(SHARED)
headers: ## every public header alone as C99, C11 and C++11
	$(Q)CC='$(CC)' sh tests/checks/headers.sh
docs: ## every public function is documented; the docs' code is the examples'
	$(Q)python3 tests/checks/docs.py
CLANG_FORMAT := build/venv/bin/clang-format
C_FILES = $$(git ls-files '*.c' '*.h' ':!bindings/go/slo.[ch]')
format: ## is everything formatted?
	$(Q)$(CLANG_FORMAT) --dry-run -Werror $(C_FILES) && build/venv/bin/ruff format -q --check . \
	  && build/venv/bin/ruff check -q .
typed: lib ## mypy --strict on the Python package
	$(Q)cd bindings/python && $(CURDIR)/$(PYTHON) -m mypy --strict --cache-dir $(CURDIR)/build/mypy slo generate.py
lint-go: ## go vet, gofmt and staticcheck
	$(Q)$(GO_THERE)
	$(Q)cd bindings/go && test -z "$$($$($(GO) env GOROOT)/bin/gofmt -l . | tee /dev/stderr)" && $(GO) vet ./... \
	  && GOTOOLCHAIN=local $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.7.0 ./...
reformat: ## formats everything
	$(Q)$(CLANG_FORMAT) -i $(C_FILES) && build/venv/bin/ruff format -q .
	$(Q)$$($(GO) env GOROOT)/bin/gofmt -w bindings/go

# ---- what is generated ----

$(BUILD)/go_layout: tests/checks/go_layout.c $(STATIC)
	@$(SAY) LINK $@
	$(Q)$(CC_USE) -MF $@.d $< $(LDFLAGS) $(STATIC) -lm -o $@

GENERATE = GO='$(GO)' python3 bindings/go/generate.py
amalgamation: ## build/amalgamation/slo.c and slo.h: the library in two files
	$(Q)python3 bindings/amalgamate.py $(BUILD)/amalgamation
generated: $(BUILD)/go_layout ## writes what is generated: the bindings' tables, and bindings/go/slo.c and slo.h
	$(Q)python3 bindings/python/generate.py
	$(Q)$(GENERATE) bindings/go $(BUILD)/go_layout
current: $(BUILD)/go_layout amalgamation ## is what is generated current, bound, and does slo.c compile?
	$(Q)python3 bindings/python/generate.py --check
	$(Q)$(GENERATE) $(BUILD)/generated $(BUILD)/go_layout
	$(Q)for f in $(BUILD)/generated/*; do cmp -s $$f bindings/go/$${f##*/} || { \
	  echo "bindings/go/$${f##*/} is not current: make generated"; exit 1; }; done
	$(Q)for cc in '$(CC)' gcc clang; do ! command -v $${cc%% *} >/dev/null || $$cc -std=c11 -O2 -Wall -Wextra -Wpedantic \
	  -Wconversion -Werror -c $(BUILD)/amalgamation/slo.c -o $(BUILD)/amalgamation/slo.o || exit 1; done
	$(Q)python3 tests/checks/go_bound.py

# ---- installing ----

install: lib ## into DESTDIR and PREFIX
	$(Q)install -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCDIR)/slo
	$(Q)install -m 644 include/slo.h $(DESTDIR)$(INCDIR)
	$(Q)install -m 644 include/slo/*.h $(DESTDIR)$(INCDIR)/slo
	$(Q)install -m 644 $(STATIC) $(DESTDIR)$(LIBDIR)
	$(Q)install -m 755 $(SHARED) $(DESTDIR)$(LIBDIR)
	$(Q)ln -sf $(notdir $(SHARED)) $(DESTDIR)$(LIBDIR)/$(SONAME)
	$(Q)ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libslo.so
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCDIR@|$(INCDIR)|' \
	  -e 's|@VERSION@|$(VERSION)|' pkgconfig/slo.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/slo.pc

uninstall: ## takes away what install put there
	$(Q)rm -f $(addprefix $(DESTDIR)$(INCDIR)/,$(HEADERS:include/%=%)) \
	  $(addprefix $(DESTDIR)$(LIBDIR)/,libslo.a libslo.so $(SONAME) $(notdir $(SHARED)) pkgconfig/slo.pc)
	$(Q)rmdir $(DESTDIR)$(INCDIR)/slo $(DESTDIR)$(LIBDIR)/pkgconfig 2>/dev/null || true

dist: ## build/libslo-VERSION.tar.gz from HEAD
	@mkdir -p $(BUILD)
	$(Q)git archive --prefix=libslo-$(VERSION)/ -o $(BUILD)/libslo-$(VERSION).tar.gz HEAD

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{printf "%-12s %s\n", $$1, $$2}'

clean: ## removes what was built; build/venv stays
	$(Q)find $(BUILD) -mindepth 1 -maxdepth 1 ! -name venv -exec rm -rf {} + 2>/dev/null || true

-include $(OBJECTS:.o=.d) $(TESTS:=.d) $(EXAMPLES:=.d) $(BENCHES:=.d) $(BUILD)/vectors.d $(BUILD)/go_layout.d
