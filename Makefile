# The words people type. `make` alone prints them.
.DEFAULT_GOAL := help
.PHONY: help demo test quick build fmt golden dialogue tsan tidy headers fuzz bench bench-idle bench-certificates bench-control bench-timing bench-outage bench-lists soak test-cluster clean
MAKEFLAGS += --no-print-directory
export JOBS ?= $(shell nproc)

help:  ## this text
	@echo "Postern, a mail ingress controller. Words:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'
	@echo "Each installs what it needs first (Debian 12, as root; tools/packages.txt says what and why)."

demo:  ## two real mail servers, two users, one gate; KEEP=1 leaves it running
	@tools/install build demo
	@tools/build release postern
	@examples/demo/run

test:  ## everything that must pass; what CI runs (some 40 minutes the first time on 2 cores, 12 later)
	@tools/install build demo test
	@tools/build asan
	@tools/build fuzz
	@tools/build release postern postern-controller postern-proxy fake_api_server scripted_proxies
	@tests/kube/build_ground > /dev/null
	@mkdir -p build/test && tools/collect_tests > build/test/CTestTestfile.cmake
	@# One more than there are cores: every third story waits, for a minute or so, for nothing to happen.
	@ctest --test-dir build/test -j $$(($(JOBS) + 1)) --output-on-failure --no-tests=error

test-cluster:  ## stories in a whole cluster, with pods, Services and DNS; not part of `make test`
	@tools/install build demo test cluster
	@tools/build release postern postern-controller postern-proxy
	@tests/kube/run_pods

quick:  ## unit and dialogue tests, guards; seconds when nothing changed
	@tools/install build
	@tools/check_layers.py
	@tools/check_documents
	@tools/build dev
	@tools/run_programs build/dev

build:  ## the release: build/release/bin/{postern,postern-controller,postern-proxy}
	@tools/install build
	@tools/build release postern postern-controller postern-proxy
	@echo "build/release/bin/postern: $$(build/release/bin/postern --version)"

fmt:  ## formats the C++ that differs from the last commit; all of it with FMT=all
	@tools/install tidy
	@tools/changed_files '$(FMT)' '*.h' '*.cc' | xargs -r clang-format-19 -i

golden:  ## writes golden files and printed pages anew; read the diff
	@tools/install build
	@tools/build dev
	@POSTERN_REWRITE=1 tools/run_programs build/dev
	@git status --short tests/golden docs

dialogue:  ## the dialogue scripts, in memory
	@tools/install build
	@tools/build dev dialogue_scripts
	@tools/run_programs build/dev 'dialogue_*'

tsan:  ## tests of what threads share, under ThreadSanitizer
	@tools/install build
	@tools/tsan

tidy:  ## clang-tidy and format of the changed files; of all with TIDY=all
	@tools/install build tidy
	@tools/build dev
	@tools/changed_files '$(TIDY)' '*.h' '*.cc' | xargs -r clang-format-19 --dry-run -Werror
	@tools/changed_files '$(TIDY)' '*.cc' | xargs -r -n 4 -P $(JOBS) clang-tidy-19 -p build/dev --quiet --extra-arg=-Wno-unknown-warning-option

headers:  ## compiles each header alone
	@tools/install build
	@tools/build dev all_verify_interface_header_sets
	@echo "headers: each stands alone"

fuzz:  ## fuzzes every parser, MINUTES=10 each
	@tools/install build test
	@tools/build fuzz
	@tools/fuzz_all $${MINUTES:-10}

bench:  ## what a login, a round trip, a GiB and an idle connection cost beside nginx; QUICK=1: three minutes; RUNS=3 ONLY=tls
	@tools/install build demo test
	@tools/build release postern mail_load
	@bench/speed/run $(if $(QUICK),--quick) --runs $(or $(RUNS),3) --only '$(ONLY)'

bench-idle:  ## what 9000 idle connections weigh, by part: ours, libssl's, the kernel's
	@tools/install build demo
	@tools/build release postern mail_load
	@bench/idle/run

bench-certificates:  ## 10 000 certificates: how long until they are served, and what they weigh
	@tools/install build demo
	@tools/build release postern postern-controller postern-proxy mail_load
	@bench/certificates/run

soak:  ## everything at once for MINUTES=30, each octet compared: memory, counters, corruption
	@tools/install build demo
	@tools/build release postern mail_load
	@bench/soak/run $${MINUTES:-30}

bench-control:  ## from a change to the last proxy that serves it: a real API server, 1000 MailServers, 10 proxies; SOURCE=directory: files; UNDER_LOGINS=1: who fails meanwhile
	@tools/install build demo $(if $(filter directory,$(SOURCE)),,test)
	@tools/build release postern postern-controller postern-proxy mail_load $(if $(STREAMS),streams)
	@bench/control/run

bench-timing:  ## whether time tells an unknown user from a wrong password: 1000 samples of each
	@tools/install build
	@tools/build release postern
	@bench/timing/run

bench-outage:  ## what one tenant notices while another's auth service is away or silent
	@tools/install build
	@tools/build release postern
	@bench/outage/run

bench-lists:  ## what reading a list of 25 MB of an API server costs
	@tools/install build
	@tools/build release list_speed
	@for mode in cut decode watch; do build/release/bin/list_speed $$mode; done

clean:  ## removes build/
	@rm -rf build
