# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# fio writes and verifies, by several queue depths and block sizes, on a disk of its own.
. "$IT/lib.sh"
. "$IT/debian-lib.sh"

debian_start debian-bookworm-amd64-ext4+fio --disk /mnt/blank
debian_login

# fio_verify LABEL OPTION...
fio_verify() {
	label=$1
	shift
	ask "fio --name=v --filename=/dev/vdb --direct=1 --ioengine=libaio --size=48M --verify=crc32c --verify_fatal=1 --randseed=7 --minimal $* >/run/fio.out 2>&1"
	is "fio: $label" "$status" 0
	[ "$status" = 0 ] || { ask "tail -n 5 /run/fio.out"; echo "# $(one_line "$answer")"; }
}

fio_verify "4 KiB at random, depth 32" --rw=randwrite --bs=4k --iodepth=32
fio_verify "64 KiB in order, depth 4" --rw=write --bs=64k --iodepth=4
fio_verify "512 bytes to 1 MiB, at random, depth 16" --rw=randwrite --bsrange=512-1M --blockalign=512 --iodepth=16 --verify_backlog=64
fio_verify "with flushes" --rw=randwrite --bs=8k --iodepth=8 --fsync=16 --io_size=8M
ask "blkdiscard -f /dev/vdb 2>/dev/null; cmp -n 50331648 /dev/vdb /dev/zero"
matches "discard" "$answer$status" "^(.*differ.*1|0)$"
ask "blkdiscard -z -f /dev/vdb 2>/dev/null && cmp -n 50331648 /dev/vdb /dev/zero"
is "zeroes" "$answer$status" 0
debian_poweroff
