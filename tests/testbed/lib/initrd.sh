# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# The emulated host's initrd: cpio archives, one after the other. What seldom changes
# (busybox, /init, the kernel's modules; packages) comes from the cache, the rest is
# packed for each run.

# The modules an emulated host may want, by name. Those that are built in are skipped.
readonly HOST_MODULES='virtio_pci virtio_console virtio_blk virtio_net ata_piix sd_mod brd kvm kvm_amd
	kvm_intel tun tap veth bridge dummy vhost_net zram lzo-rle loop ext4 9p 9pnet_virtio overlay msr cpuid
	button evdev ipv6 af_packet'

# busybox_for VER: the path of a static busybox that runs under that kernel.
busybox_for() {
	local dir=$CACHE/busybox-i386
	case $1 in
	*-686-pae)
		once "$dir" for_i386 unpack_packages busybox-static || die "no busybox for i386"
		echo "$dir/bin/busybox"
		;;
	*) command -v busybox ;;
	esac
}

# base_archive VER INIT MODULE...: the path of an archive with busybox, INIT as /init, and
# these modules of the kernel.
base_archive() {
	local dir ver=$1 init=$2 busybox
	shift 2
	busybox=$(busybox_for "$ver") || return
	dir=$CACHE/base/$ver-$(digest_of "$(digest "$init" "$busybox" "${BASH_SOURCE[0]}")" "$@")
	[ "$ver" != debug ] || dir=$dir-$(basename "$(kernel_root debug)")
	once "$dir" make_base "$ver" "$init" "$busybox" "$@" || die "could not make the initrd"
	# Those that nobody has used for long go.
	touch "$dir"
	find "$CACHE/base" -mindepth 1 -maxdepth 1 -mtime +10 -exec rm -rf {} + || true
	echo "$dir/base.cpio"
}

make_base() {
	local ver=$1 init=$2 busybox=$3 out=${*: -1} root
	set -- "${@:4:$#-4}"
	root=$out/root
	merged_root "$root"
	mkdir -p "$root"/{dev,proc,sys,tmp,run,mnt,root,etc,var/tmp,var/log}
	ln -s ../run "$root/var/run"
	install -m 755 "$init" "$root/init"
	install -m 755 "$busybox" "$root/usr/bin/busybox"
	# The applets under both directories' names: people look for them in either.
	busybox --list | grep -vx busybox | while read -r name; do
		ln -s busybox "$root/usr/bin/$name"
	done
	ln -s ../bin/busybox "$root/usr/sbin/modprobe"
	printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n' >"$root/etc/passwd"
	printf 'root:x:0:\nkvm:x:104:\nnogroup:x:65534:\n' >"$root/etc/group"
	printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
	ln -s ../proc/mounts "$root/etc/mtab"
	copy_modules "$ver" "$root" "$@" && pack "$root" >"$out/base.cpio" && rm -rf "$root"
}

# copy_modules VER ROOT MODULE...: these modules with what they depend on.
copy_modules() {
	local ver=$1 root=$2 release src name file
	shift 2
	release=$(kernel_release "$ver") src=$(kernel_root "$ver") || return
	mkdir -p "$root/usr/lib/modules/$release"
	for name; do
		modprobe -d "$src" -S "$release" --show-depends "$name" 2>/dev/null || true
	done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | sort -u | while read -r file; do
		install -D -m 644 "$file" "$root/usr/lib/modules/$release/${file##*/"$release"/}"
	done
	# busybox would take its time over compressed ones.
	find "$root/usr/lib/modules" -name '*.ko.xz' -exec xz -d {} +
	cp "$src/usr/lib/modules/$release"/modules.{builtin,order} "$root/usr/lib/modules/$release/"
	[ ! -e "$src/usr/lib/modules/$release/modules.builtin.modinfo" ] ||
		cp "$src/usr/lib/modules/$release/modules.builtin.modinfo" \
			"$root/usr/lib/modules/$release/"
	depmod -b "$root" "$release"
}

# stage_add STAGE SRC[:DST]: put a file or folder at DST, by default /mnt/NAME.
stage_add() {
	local stage=$1 src=${2%%:*} dst
	[ -e "$2" ] && src=$2 dst= || dst=${2#"$src"}
	dst=${dst#:}
	[ -e "$src" ] || die "--add: there is no $src"
	case $dst in
	'') dst=/mnt/$(basename "$(realpath -s "$src")") ;;
	*/) dst=$dst$(basename "$(realpath -s "$src")") ;;
	/*) ;;
	*) die "--add: '$dst' is not an absolute path" ;;
	esac
	mkdir -p "$stage$(dirname "$dst")"
	if [ -d "$src" ]; then
		mkdir -p "$stage$dst" && cp -a "$src/." "$stage$dst/"
	else
		cp -pL "$src" "$stage$dst"
	fi || die "--add: could not copy $src"
}

# quote WORD...: the words as /bin/sh reads them.
quote() {
	local word
	for word; do
		printf "'%s' " "${word//\'/\'\\\'\'}"
	done
	echo
}

# stage_program SOURCE FILE: one of our C helpers as a static program, FILE.
stage_program() {
	local dir
	dir=$CACHE/helpers/$(digest "$1")
	once "$dir" compile_program "$1" || die "could not compile $1"
	install -D -m 755 "$dir/program" "$2"
}

compile_program() {
	need gcc=gcc /usr/include/stdio.h=libc6-dev
	gcc -static -O2 -s -Wall -Wextra -o "$2/program" "$1"
}
