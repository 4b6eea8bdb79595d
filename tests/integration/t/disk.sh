# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# A disk, seen by a tiny guest: on files and block devices of all kinds; what it does when the
# host cannot; stopped, reset and destroyed in the middle of it.
. "$IT/lib.sh"

MIB=16
SECTORS=$((MIB * 2048))

# on WHAT FILE[,OPTION] APPEND: the guest against that disk
on() {
	run_guest blk "$1" "sectors=$SECTORS $3" --disk "$2"
}

# counters VM: what show says of its first disk, as numbers
counters() {
	insula show -j "$1" | jq -c '.[0].disks[0] |
		[.reads, .read_bytes, .writes, .write_bytes, .flushes, .errors, .inflight]'
}

# finish VM: until it has switched itself off
finish() {
	wait_for "$PATIENCE" is_state "$1" stopped || bad "$1 does not end"
}

disk() {
	name=$1 file=$2 line=$3
	launch "$name" --kernel "$GUESTS/blk.elf" --memory 128M --debug-exit --disk "$file" \
		--append "sectors=$SECTORS $line"
}

truncate -s ${MIB}M a.img
on "a file" a.img,serial=a-serial serial=a-serial
on "a file to be read only" a.img,ro do=ro

# What is written is there: in the file, and for the next VM.
disk fill a.img do=fill
finish fill
output_has "it is filled" fill.out '^ok fill'
is "counters" "$(counters fill)" "[0,0,$MIB,$((MIB * 1048576)),1,0,0]"
is "the file has it" "$(dd if=a.img bs=512 skip=5 count=1 2>/dev/null | od -An -tu4 -N4 | tr -d ' ')" \
	$(((5 * 2654435761 + 8) & 4294967295))
insula destroy fill
on "a file that was filled" a.img do=verify
insula run ro --kernel "$GUESTS/blk.elf" --memory 128M --debug-exit --disk a.img,ro \
	--append "do=verify" </dev/null >ro.out 2>&1
says ro.out '^ok verify' && ok "also to be read only" || bad "to be read only: $(tail -n 2 ro.out)"

# Block devices, direct I/O.
modprobe loop
truncate -s ${MIB}M dev.img fs.img
losetup /dev/loop0 dev.img
on "a block device" /dev/loop0,serial=12345678901234567890 serial=12345678901234567890
on "a block device filled" /dev/loop0 do=fill
on "a block device that was filled" /dev/loop0 do=verify
is "the block device has it" \
	"$(dd if=/dev/loop0 bs=512 skip=7 count=1 2>/dev/null | od -An -tu4 -N4 | tr -d ' ')" \
	$(((7 * 2654435761 + 8) & 4294967295))
modprobe zram
echo ${MIB}M >/sys/block/zram0/disksize
on "a block device with blocks of 4 KiB" /dev/zram0 ""
rmmod zram && ok "nothing holds the block device" || bad "something holds the block device"

# A file that has direct I/O, on ext4, which has room for half of the larger one.
losetup /dev/loop1 fs.img
mke2fs /dev/loop1 >/dev/null 2>&1
mkdir fs small
mount -t ext4 /dev/loop1 fs
SECTORS=$((MIB * 1024))
truncate -s $((MIB / 2))M fs/disk.img
on "a file of ext4, direct" fs/disk.img ""
on "filled" fs/disk.img do=fill
on "verified" fs/disk.img do=verify
rm fs/disk.img
SECTORS=$((MIB * 4096))
truncate -s $((MIB * 2))M fs/disk.img
on "a full file system" fs/disk.img do=full
rm fs/disk.img
umount fs
mount -t tmpfs -o size=4M tmpfs small
truncate -s $((MIB * 2))M small/disk.img
on "a full tmpfs" small/disk.img do=full
rm small/disk.img
umount small
SECTORS=$((MIB * 2048))

# A file that becomes shorter than the disk.
insula create short --kernel "$GUESTS/blk.elf" --memory 128M --debug-exit --disk a.img \
	--append "sectors=$SECTORS do=short"
truncate -s $((MIB - 1))M a.img
listen_to short short.out
insula start short
finish short
tr -d '\r' <short.out | sed -n "s/^\(not \)\{0,1\}ok /\1ok $TEST: a shorter file: /p"
says short.out '^done' || bad "a shorter file: it does not come to its end"
is "errors are counted" "$(counters short)" "[2,8192,0,0,0,2,0]"
insula destroy short
truncate -s ${MIB}M a.img

# In the middle of it.
for file in a.img /dev/loop0; do
	label=${file##*/}
	disk busy "$file" do=busy
	output_has "$label: is busy" busy.out '^round'
	for n in 1 2 3; do
		does "$label: reset" insula reset busy
		usleep 700000
		does "$label: stop" insula stop busy
		matches "$label: nothing is in flight" "$(counters busy)" ',0\]$'
		does "$label: start" insula start busy
		usleep 500000
		does "$label: pause" insula pause busy
		does "$label: resume" insula resume busy
		usleep 300000
	done
	does "$label: destroy" insula destroy busy
	on "$label: is there for another one" "$file" do=fill
done

# Of each sector that it has said to be flushed, that is there.
for file in a.img /dev/loop0; do
	label=${file##*/}
	for n in 1 2 3; do
		disk flush "$file" do=flush
		output_has "$label: flushes" flush.out '^flushed [0-9][0-9]'
		usleep $((n * 123457))
		insula stop flush
		usleep 300000
		last=$(tr -d '\r' <flush.out | sed -n 's/^flushed \([0-9]*\)$/\1/p' | tail -n 1)
		at=$((64 + last % 64))
		is "$label: what was flushed is there ($n)" \
			"$(dd if="$file" bs=512 skip=$at count=1 2>/dev/null | od -An -tu4 -N4 | tr -d ' ')" \
			$(((at * 2654435761 + last) & 4294967295))
		insula destroy flush
	done
done
losetup -d /dev/loop0
losetup -d /dev/loop1
