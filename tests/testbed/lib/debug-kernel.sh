# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The kernel of --debug-kernel: Debian's source of 6.1 with debug.config, built once into
# the cache (about a quarter of an hour). What a run's console says is judged here as well.

readonly DEBUG_CONFIG=$TESTBED/debug.config

# debug_kernel_root: a directory with vmlinuz, release, build/ and usr/lib/modules.
# A build of the same configuration is kept even when Debian has a newer source.
debug_kernel_root() {
	local key dir
	key=$(grep -v '^#\( \|$\)' "$DEBUG_CONFIG" | sha256sum | cut -c1-16)
	mkdir -p "$CACHE/debug-kernel"
	dir=$(find "$CACHE/debug-kernel" -maxdepth 2 -path "*/$key-*/vmlinuz" ! -path '*.tmp.*' 2>/dev/null |
		sort -V | tail -n 1)
	dir=${dir%/vmlinuz}
	if [ -z "$dir" ]; then
		need gcc=gcc make=make flex=flex bison=bison bc=bc lz4=lz4 perl=perl \
			/usr/include/libelf.h=libelf-dev /usr/include/openssl/ssl.h=libssl-dev
		candidate linux-source-6.1 || locked apt update_lists
		dir=$CACHE/debug-kernel/$key-$(source_version)
		once "$dir" build_debug_kernel || die "the debug kernel did not build"
	fi
	echo "$dir"
}

source_version() {
	LC_ALL=C apt-cache policy linux-source-6.1 | sed -n 's/^  Candidate: //p'
}

# configure_debug_kernel TREE: lay debug.config over tinyconfig; every wish must be met.
configure_debug_kernel() {
	local line unmet=0
	(cd "$1" && make tinyconfig && scripts/kconfig/merge_config.sh -m .config "$DEBUG_CONFIG" &&
		make olddefconfig) >/dev/null 2>&1 || return
	while read -r line; do
		grep -qxF -- "$line" "$1/.config" || {
			say "debug.config: $line was not taken"
			unmet=1
		}
	done < <(grep '^CONFIG_' "$DEBUG_CONFIG")
	return "$unmet"
}

build_debug_kernel() {
	local out=$1 tree=$1/build release
	say "building the debug kernel: this is done once and takes a quarter of an hour"
	mkdir -p "$out/package" "$tree"
	unpack_packages linux-source-6.1 "$out/package" &&
		tar -xf "$out/package/usr/src/linux-source-6.1.tar.xz" -C "$tree" --strip-components=1 &&
		rm -rf "$out/package" && configure_debug_kernel "$tree" || return
	nice make -s -C "$tree" -j"$(nproc)" bzImage modules >"$out/build.log" 2>&1 || {
		tail -n 20 "$out/build.log" >&2
		return 1
	}
	release=$(make -s -C "$tree" kernelrelease) && echo "$release" >"$out/release"
	make -s -C "$tree" INSTALL_MOD_PATH="$out/usr" modules_install >>"$out/build.log" 2>&1 || return
	rm -f "$out/usr/lib/modules/$release"/{build,source}
	ln -s usr/lib "$out/lib"
	ln -s build/arch/x86/boot/bzImage "$out/vmlinuz"
	# Modules are built against what stays; the objects are most of the gigabytes.
	find "$tree" \( -path "$tree/scripts" -o -path "$tree/tools" \) -prune -o \
		\( -name '*.o' -o -name '*.a' -o -name '*.ko' -o -name '.*.cmd' -o -name 'vmlinux*' \
		-type f \) ! -name 'vmlinux.lds*' -exec rm -f {} +
}

# What a kernel says when one of its checkers has found something.
readonly SPLAT='BUG:|BUG [a-z0-9_-]+ |WARNING:|KASAN|UBSAN:|ODEBUG:|kmemleak: .* (new suspected|disabled)'\
'|possible (circular|recursive|irq lock)|inconsistent lock state|suspicious RCU usage'\
'|sleeping function called|Invalid wait context|bad unlock balance|held lock freed'\
'|turning off the locking|list_(add|del) corruption|refcount_t:|INFO: task .* blocked'\
'|general protection fault|Oops|rcu: .*(stall|self-detected)|workqueue lockup|soft lockup'\
'|bad page state|Bad rss-counter'

# splats LOG: print what stands around every complaint in this console log after the line
# that says the emulated host is ready; true when there was one.
splats() {
	sed -n '/testbed: ready/,$p' "$1" | grep -aE -B 3 -A 60 "$SPLAT"
}
