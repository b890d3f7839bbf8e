# The README's commands, and what they are made of. `make help` lists all.
SHELL := /bin/bash
CONFIGURATION := release
# Of what is checked, not measured: the tests, the documentation and what runs under oclgrind share one build.
CHECKED := --configuration $(CONFIGURATION) -Xswiftc -enable-testing
LSN := .build/$(CONFIGURATION)/lsn
# What several processes need (docs/Scale.md): compiled with the MPI of the machine, whatever the program was built with.
MPI_LIBRARY := .build/$(CONFIGURATION)/liblsn-mpi.so
MPICC ?= mpicc
PREFIX ?= /usr/local

.PHONY: help
help: ## Lists these targets.
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Installs the Debian packages that are missing.
	@Scripts/install-packages

.PHONY: build
build: setup ## Builds the program, optimised.
	swift build --configuration $(CONFIGURATION) --product lsn

.PHONY: install
install: build ## Copies the program, and what make mpi made, to PREFIX/bin (default: /usr/local/bin), trained networks to PREFIX/share/lsn.
	install -D $(LSN) $(DESTDIR)$(PREFIX)/bin/lsn
	if [[ -e $(MPI_LIBRARY) ]]; then install -D $(MPI_LIBRARY) $(DESTDIR)$(PREFIX)/bin/liblsn-mpi.so; fi
	install -D --mode=644 --target-directory=$(DESTDIR)$(PREFIX)/share/lsn/pretrained pretrained/*

.PHONY: mpi
mpi: ## Compiles liblsn-mpi.so beside the program, with MPICC (default: mpicc): for mpirun and srun.
	Scripts/make-mpi-library $(MPICC) $(MPI_LIBRARY)

.PHONY: train
train: build ## Trains the default network on the bundled digits.
	$(LSN) train $(ARGUMENTS)

.PHONY: test
test: setup ## Runs every test; a missing OpenCL device or MPI is a failure.
	Scripts/install-packages openmpi-bin libopenmpi-dev python3
	swift build $(CHECKED) --build-tests
	LSN_REQUIRE_OPENCL=1 LSN_REQUIRE_MPI=1 Scripts/run-tests $(CHECKED)

LIBRARY := .build/$(CONFIGURATION)/liblsn.so
WHEELS := .build/wheel
.PHONY: library
library: setup ## Links liblsn.so, networks from C, with Swift's libraries in it; its header lsn.h is put beside it.
	swift build $(CHECKED) --target LSNLibrary
	Scripts/make-library .build/$(CONFIGURATION) $(LIBRARY)
	install --mode=644 Sources/LSNCLibrary/lsn.h $(dir $(LIBRARY))lsn.h

.PHONY: wheel
wheel: library ## Makes a wheel of the Python package in .build/wheel (docs/Python.md).
	rm -f $(WHEELS)/lsn-*.whl
	Scripts/make-wheel $(LIBRARY) $(WHEELS)

# What is packed is what was tested: the same build.
DIST := .build/dist
.PHONY: dist
dist: setup ## Makes a tarball of the program, for machines without Swift, in .build/dist (docs/Packages.md).
	Scripts/install-packages python3 binutils xz-utils
	swift build $(CHECKED) --product lsn
	rm -f $(DIST)/lsn-*.tar.xz
	Scripts/make-dist .build/$(CONFIGURATION) $(DIST)

.PHONY: deb
deb: dist ## Makes a Debian package of it, in .build/dist.
	Scripts/install-packages dpkg-dev
	rm -f $(DIST)/lsn_*.deb
	Scripts/make-deb $(DIST)/lsn-*.tar.xz $(DIST)

.PHONY: test-deb
test-deb: deb ## Installs the package in a fresh Debian 12, trains there, and removes it without a trace; needs root.
	Scripts/install-packages debootstrap
	Scripts/test-deb $(DIST)/lsn_*.deb

CALLS ?= 400
.PHONY: test-library
test-library: library ## Tests liblsn.so from C: threads, valgrind, CALLS random calls.
	Scripts/install-packages valgrind
	swift build $(CHECKED) --product lsn
	Scripts/with-own-caches Scripts/test-library $(LSN) $(LIBRARY) $(CALLS)

.PHONY: fuzz-library
fuzz-library: ## The same with 10,000 random calls, a few minutes.
	$(MAKE) test-library CALLS=10000

.PHONY: test-wheel
test-wheel: wheel ## Tests the wheel in a fresh environment, and runs the blocks of docs/Python.md.
	Scripts/install-packages python3-venv
	swift build $(CHECKED) --product lsn
	Scripts/with-own-caches Scripts/test-wheel $(LSN) $(WHEELS)/lsn-*.whl

.PHONY: test-guide
test-guide: setup ## Runs the commands of docs/Guide.md.
	swift build $(CHECKED) --product lsn
	Scripts/with-own-caches Scripts/run-guide $(LSN)

.PHONY: test-nir
test-nir: wheel ## Loads exported networks with the programs that read NIR; brings PyTorch, some GB, to .build.
	Scripts/install-packages python3-venv
	swift build $(CHECKED) --product lsn
	Scripts/with-own-caches Scripts/test-nir $(LSN) $(WHEELS)/lsn-*.whl

.PHONY: memcheck
memcheck: ## Runs every kernel under oclgrind: invalid accesses and data races.
	Scripts/install-packages oclgrind
	swift build $(CHECKED) --product lsn
	Scripts/check-kernel-accesses $(LSN)

KILLS ?= 20
.PHONY: kill-ranks
kill-ranks: build mpi ## Kills ranks of a run at random, KILLS times, and continues it: it must come to the same bits.
	Scripts/kill-ranks $(LSN) $(KILLS)

# docs/Reliability.md has what each does; the records of the full ones are in Benchmarks/results/reliability.
CAMPAIGNS := Scripts/kill-campaign Scripts/campaigns/power_loss.py Scripts/campaigns/disk.py Scripts/campaigns/memory.py Scripts/campaigns/drivers.py
.PHONY: fault-campaigns
fault-campaigns: setup ## Kills, cuts the power, fills the disk, takes memory, fails the driver; ARGUMENTS=--short tries a part.
	swift build $(CHECKED) --product lsn
	for campaign in $(CAMPAIGNS); do echo $$campaign && Scripts/with-own-caches $$campaign --lsn $(LSN) $(ARGUMENTS) || exit 1; done

SCOPE ?= full
.PHONY: test-drivers
test-drivers: setup ## Checks the program on Intel's OpenCL and Mesa's rusticl, which it fetches; SCOPE=short checks a part.
	swift build $(CHECKED) --product lsn
	Scripts/test-drivers $(LSN) $(SCOPE)

.PHONY: bench
bench: build ## Compares with PyTorch and SpikingJelly, 20 to 35 minutes; ARGUMENTS=--quick only shows that it works.
	Benchmarks/compare/compare.py --lsn $(LSN) $(ARGUMENTS)

.PHONY: bench-kernels
bench-kernels: build ## Measures the kernels of this machine's device.
	$(LSN) bench $(ARGUMENTS)

.PHONY: gpu-audit
gpu-audit: setup ## Compiles every kernel of three networks for five GPUs, which need not be there, and holds them to budgets.
	swift build $(CHECKED) --product lsn
	Benchmarks/gpu/audit/fetch
	Benchmarks/gpu/audit/audit.py --lsn $(LSN) $(ARGUMENTS)

.PHONY: systems
systems: build ## Trains every system on the bundled digits, a few minutes each.
	Benchmarks/systems.sh

.PHONY: docs
docs: setup ## Builds the library's documentation to .build/docs; a warning is an error.
	Scripts/build-documentation .build/docs

# A report and its data of the paper's figures and tables; the folders of training runs stay in runs. Each continues what
# was stopped.
EXPERIMENTS := depth start table1 surrogates table5
.PHONY: experiments $(EXPERIMENTS:%=experiment-%)
experiments: $(EXPERIMENTS:%=experiment-%) ## Runs every experiment and writes to Benchmarks/results; alone: experiment-depth, …
$(EXPERIMENTS:%=experiment-%): experiment-%: build
	Scripts/run-experiment $(LSN) $* $(ARGUMENTS)

.PHONY: lint
lint: ## Checks the formatting.
	swift format lint --strict --recursive --parallel Package.swift Snippets Sources Tests

.PHONY: format
format: ## Formats the sources.
	swift format --in-place --recursive --parallel Package.swift Snippets Sources Tests
