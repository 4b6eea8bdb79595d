# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The module for a kernel and the tool, built outside the tree, in the cache, where the
# next run finds all that did not change. STAGE is a root directory to put them in.

# build_dir WHAT: this tree's directory for WHAT.
build_dir() { echo "$CACHE/build/$(digest_of "$TREE")/$1"; }

# stage_module VER STAGE: build insula.ko for the kernel and put it in.
stage_module() {
	[ -e "$TREE/Kbuild" ] || die "no $TREE/Kbuild: nothing to build (see --no-build)"
	need make=make gcc=gcc
	local release
	release=$(kernel_release "$1")
	locked "build-$(digest_of "$TREE")-$release" build_module "$release" \
		"$(kernel_headers "$1")" "$2" || die "the module did not build"
}

build_module() {
	local dir log headers=$2 stage=$3
	dir=$(build_dir "module-$1") log=$dir.log
	mkdir -p "$dir"
	# What changed gets the time of the copy, under the lock: a time kept from the tree may
	# lie before that of an object that was being compiled from the old text meanwhile.
	# What the tree may have from a build of its own is not copied, and what this build
	# made is not deleted.
	rsync -rlp --checksum --delete --exclude='*.o' --exclude='.*.cmd' --exclude='*.ko' --exclude='*.mod' \
		--exclude='*.mod.c' \
		"$TREE/Kbuild" "$TREE/include" "$TREE/kmod" "$dir/"
	need_compiler "$headers"
	# UBSAN_SANITIZE: for kernels that have UBSAN without using it themselves.
	make -C "$headers" M="$dir" UBSAN_SANITIZE=y -j2 modules >"$log" 2>&1 || {
		cat "$log" >&2
		return 1
	}
	grep -E 'warning:|WARNING:' "$log" >&2
	[ -e "$dir/insula.ko" ] || die "the build made no insula.ko"
	mkdir -p "$stage/lib/modules"
	cp "$dir/insula.ko" "$stage/lib/modules/insula.ko"
}

# Debian's headers name the compiler their kernel was built with.
need_compiler() {
	local gcc
	gcc=$(sed -nE 's/^CC.* \$\(CROSS_COMPILE\)(gcc-[0-9]+).*/\1/p' "$1/.kernelvariables" 2>/dev/null)
	[ -z "$gcc" ] || need "$gcc=$gcc"
}

# stage_tool STAGE: build insula and put it in with the libraries it needs.
stage_tool() {
	[ -e "$TREE/userspace/Makefile" ] ||
		die "no $TREE/userspace/Makefile: nothing to build (see --no-build)"
	need make=make gcc=gcc pkg-config=pkg-config \
		/usr/include/libnl3/netlink/genl/genl.h=libnl-genl-3-dev \
		/usr/include/jansson.h=libjansson-dev /usr/include/ncursesw/curses.h=libncurses-dev
	locked "build-$(digest_of "$TREE")-tool" build_tool "$1" || die "the tool did not build"
}

build_tool() {
	local dir
	dir=$(build_dir tool)
	mkdir -p "$dir"
	make -s -C "$TREE/userspace" O="$dir" >"$dir.log" 2>&1 || {
		cat "$dir.log" >&2
		return 1
	}
	mkdir -p "$1/usr/bin"
	cp "$dir/insula" "$1/usr/bin/insula"
	stage_libraries "$dir/insula" "$1"
}

# stage_libraries PROGRAM STAGE: the shared libraries of a program of this machine.
stage_libraries() {
	local lib
	ldd "$1" 2>/dev/null | grep -oE '/[^ ]+' | while read -r lib; do
		mkdir -p "$2$(dirname "$lib")"
		cp -L "$lib" "$2$lib"
	done
}
