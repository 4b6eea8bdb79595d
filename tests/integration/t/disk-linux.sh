# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Debian's virtio_blk and ext4 on a disk: what it is said to be, and what was written is there
# after a reboot.
. "$IT/lib.sh"
PATIENCE=300

# linux NAME WHAT: a Linux guest with the disk, which does WHAT
linux() {
	launch "$1" --kernel "$IT/linux/6.1-cloud/vmlinuz" --initrd "$IT/linux/6.1-cloud/initrd" \
		--memory 256M --cpus 2 --disk disk.img,serial=linux-disk \
		--append "console=ttyS0 quiet insula.run=sh%20/checks/disk%20$2"
}

# whole WHAT: the file system is clean, once its journal has been replayed
whole() {
	e2fsck -p disk.img >fsck.out 2>&1
	e2fsck -fn disk.img >fsck.out 2>&1 && ok "$1: the file system is clean" ||
		bad "$1: the file system is not clean: $(tail -n 3 fsck.out | tr '\n' '|')"
}

truncate -s 64M disk.img
mkfs.ext4 -q disk.img
for what in make look; do
	linux $what $what
	output_has "$what: it comes to its end" $what.out '^guest: exit 0'
	linux_results $what.out $what
	comes_to "$what: and powers off" $what stopped '^poweroff$'
	insula destroy $what
	whole $what
done
