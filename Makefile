# SPDX-License-Identifier: GPL-2.0-only
#
# What people type. `make help` lists it; everything that is built lands in build/.

# Who names a kernel means the module; without one, the tool alone is of use too.
named := $(KVER)$(KDIR)
ifdef KDIR
KVER ?= $(shell cut -d '"' -f 2 $(KDIR)/include/generated/utsrelease.h)
endif
KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
DESTDIR ?=
PREFIX ?= /usr/local
SECONDS ?= 60

BUILD := $(CURDIR)/build
MODULE := $(BUILD)/module-$(KVER)
VERSION := $(shell sed -n 's/^\#define INSULA_VERSION "\(.*\)"/\1/p' include/insula/version.h)
MODULE_DIR := $(DESTDIR)/lib/modules/$(KVER)/updates
no_objects := $(patsubst %,--exclude='%',*.o *.ko *.mod *.mod.c .*.cmd)
DKMS_DIR := $(DESTDIR)/usr/src/insula-$(VERSION)
have_headers := $(wildcard $(KDIR)/include/config/auto.conf)

with_module := $(if $(have_headers)$(named),module)

all: tool $(or $(with_module),no-module)

tool:
	@mkdir -p $(BUILD)/tool
	$(MAKE) -C userspace O=$(BUILD)/tool

# Built in a copy, so that objects for several kernels lie beside each other and none in
# the tree. Times are kept: only what changed is compiled again.
module:
	$(if $(have_headers),,$(error no headers of kernel $(KVER) in $(KDIR): \
		install linux-headers-$(KVER), or give KVER= or KDIR=))
	@mkdir -p $(MODULE)
	@tar -c $(no_objects) Kbuild include kmod | tar -x -C $(MODULE)
	$(MAKE) -C $(KDIR) M=$(MODULE) $(KBUILD_FLAGS) modules

no-module:
	@echo "Only the tool was built: there are no headers of kernel $(KVER) in $(KDIR)." >&2
	@echo "For the module: apt-get install linux-headers-$(KVER), or make KVER=... or KDIR=..." >&2

demo:
	scripts/demo

test:
	scripts/test

test-debug:
	scripts/test --debug-kernel

test-bochs:
	scripts/test --bochs

test-debian:
	scripts/test --debian

test-ram:
	scripts/test --ram

test-powercut:
	scripts/test --powercut

bench:
	scripts/deps build test
	tests/bench/run $(if $(CPU),--cpu $(CPU)) $(if $(MODEL),--model $(MODEL))

sim:
	scripts/deps build sim
	$(MAKE) -s -C tests/sim O=$(BUILD)/sim check

check:
	scripts/check

fuzz:
	scripts/deps build fuzz
	$(MAKE) -C tests/fuzz O=$(BUILD)/fuzz SECONDS=$(SECONDS) check

install: tool $(addprefix install-,$(or $(with_module),no-module))
	$(MAKE) -C userspace O=$(BUILD)/tool DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) install

install-module: module
	install -D -m 644 $(MODULE)/insula.ko $(MODULE_DIR)/insula.ko
	$(if $(DESTDIR),,depmod -a $(KVER))

install-no-module: no-module

uninstall:
	$(MAKE) -C userspace O=$(BUILD)/tool DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) uninstall
	rm -f $(MODULE_DIR)/insula.ko
	$(if $(DESTDIR),,$(if $(wildcard /lib/modules/$(KVER)),depmod -a $(KVER)))

# The source where DKMS looks for it; without DESTDIR, built and installed as well.
dkms-install:
	rm -rf $(DKMS_DIR)
	install -d $(DKMS_DIR)
	tar -c $(no_objects) Kbuild dkms.conf include kmod LICENSE | \
		tar -x --no-same-owner -C $(DKMS_DIR)
	$(if $(DESTDIR),,dkms install insula/$(VERSION) -k $(KVER))

dkms-uninstall:
	$(if $(DESTDIR),,dkms remove insula/$(VERSION) --all)
	rm -rf $(DKMS_DIR)

deb:
	scripts/deb $(VERSION)

deb-clean:
	rm -rf $(BUILD)/deb $(BUILD)/insula_*.deb

clean:
	rm -rf build
	$(MAKE) -C tests/unit clean
	$(MAKE) -C tests/guest clean

help:
	@sed -n 's/^#: \{0,1\}//p' Makefile

#: make                  the tool, and the module for this kernel (or KVER=, KDIR=)
#: make demo             show a Linux guest, in an emulated host (HOST=1: on this machine)
#: make test             install what is needed and run every test
#: make test-debug       the integration tests on a kernel with KASAN, lockdep, kmemleak
#: make test-bochs       the integration tests on VMX and on another SVM (hours)
#: make test-debian      Debian 12 and 13 from disks of their own, in all their forms (half an hour)
#: make test-ram         RAM shares, under stress too, and Debian's balloon (a quarter of an hour)
#: make test-powercut    the power of a guest that writes is cut a hundred times (half an hour)
#: make bench            Insula and KVM side by side (CPU=vmx, or CPU=svm MODEL=ryzen: on Bochs;
#:                       HOST=1: on this machine)
#: make sim              simulate CPU shares, on up to 256 CPUs, and RAM shares, of up to 1,000 VMs
#: make check            static checks: W=1, sparse, checkpatch, shellcheck, mandoc
#: make fuzz             every fuzzer for SECONDS=60
#: make install          module and tool (DESTDIR=, PREFIX=)       make uninstall
#: make dkms-install     the module by DKMS, for every kernel      make dkms-uninstall
#: make deb              build/insula_VERSION_amd64.deb            make deb-clean
#: make clean            remove what was built

.PHONY: all tool module no-module demo test test-debug test-bochs test-debian test-ram test-powercut bench sim \
	check fuzz install install-module install-no-module uninstall dkms-install dkms-uninstall deb \
	deb-clean clean help
