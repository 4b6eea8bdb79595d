# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Debian's virtio_balloon: what it frees is the host's, it follows the target, it tells statistics.
. "$IT/lib.sh"

PATIENCE=200		# a watchdog: much memory is touched
MIB=$((1 << 20))
FILE_MIB=200		# tmpfs has room for half of the RAM

# types LINE: on the VM's console, after an empty one, so that what comes out begins a line
types() { printf 'echo; %s\n' "$1" >&5; }
balloon() { insula show -j linux | jq -c ".[0].balloon | $1"; }
resident_mib() { echo $(($(field linux memory_resident) / MIB)); }
is_actual() { [ "$(balloon .actual)" = "$1" ]; }
has_come_to() { wait_for "$PATIENCE" is_actual "$2" && ok "$1" || bad "$1: $(balloon .)"; }
# given_mib NAME: what the guest has given, by its own count; NAME is any, once. (Of its MemAvailable what is
# just being reported is no part: up to 128 MiB.)
given_mib() {
	types "pages() { sed -n \"s/^balloon_\$1 //p\" /proc/vmstat; }; echo $1 \$((\$(pages inflate) - \$(pages deflate)))"
	wait_for "$PATIENCE" says console.out "^$1 [0-9]" || bad "no $1"
	echo $(($(tr -d '\r' <console.out | sed -n "s/^$1 \([0-9]*\)$/\1/p") / 256))
}

truncate -s 280M disk.img
insula create linux --kernel "$IT/linux/6.1-cloud/vmlinuz" --initrd "$IT/linux/6.1-cloud/initrd" \
	--memory 512M --cpus 8 --append "console=ttyS0 quiet" --disk disk.img,ro
mkfifo in
insula console -q linux <in >console.out &
exec 5>in
insula start linux
output_has "it comes up" console.out 'guest: init reached'

has_stats() { [ "$(balloon '.stats.total > 200000000')" = true ]; }
wait_for "$PATIENCE" has_stats && ok "statistics" || bad "statistics: $(balloon .)"
is "all of them" "$(balloon '.stats | keys')" \
	'["age_ns","available","caches","free","hugetlb_allocs","hugetlb_failures","major_faults","minor_faults","swap_in","swap_out","total"]'

# What it frees is reported, in pieces of 2 MiB, some 2 seconds later; nobody asks it to. Once, so that
# all that takes part in it has its memory; then for the figure. Each CPU keeps some for who asks next: up to
# Linux's low watermark, which is 32 MiB here, divided among them.
types "dd if=/dev/zero of=/tmp/file bs=1M count=$FILE_MIB 2>/dev/null && rm /tmp/file && sleep 5 && echo once"
output_has "a file in RAM comes and goes" console.out '^once'
before=$(balloon .reported)
types "dd if=/dev/zero of=/tmp/file bs=1M count=$FILE_MIB 2>/dev/null && echo written"
output_has "again" console.out '^written'
full=$(resident_mib)
at_most "it is resident" $FILE_MIB "$full"
types 'rm /tmp/file; sleep 5; echo freed'
output_has "is removed" console.out '^freed'
at_most "95 % of it were reported within 5 s" $((FILE_MIB * 95 / 100)) $((($(balloon .reported) - before) / MIB))
at_most "and are back, but for what that took" "$(resident_mib)" $((full - FILE_MIB * 90 / 100))

# What it has only cached, it gives up when it is asked to. (With the last one to close a disk goes its cache.)
types 'exec 7</dev/vda; cat <&7 >/dev/null; echo cached'
output_has "a disk is read" console.out '^cached'
full=$(resident_mib)
echo "# cached: $full MiB resident; $(tr -d '\r' <console.out | tail -n 3 | tr '\n' '|')"
does "a target" insula set linux --memory-target 320M
has_come_to "the guest follows" $((192 * MIB))
is "the guest has given so much" "$(given_mib ballooned)" 192
at_most "the host has it" "$(resident_mib)" 322
at_most "which was the guest's" 326 "$full"
does "none" insula set linux --memory-target auto
has_come_to "the guest takes all back" 0
is "the guest has all again" "$(given_mib again)" 0
types "dd if=/dev/zero of=/tmp/file bs=1M count=$FILE_MIB 2>/dev/null && md5sum </tmp/file && echo used"
output_has "and uses it" console.out '^used'
at_most "all of it" $FILE_MIB "$(resident_mib)"
is "zeroes are zeroes" "$(tr -d '\r' <console.out | grep -c '^3566de3a97906edb98d004d6b947ae9b')" 1

# Without its driver there are no statistics, and the target waits.
types 'rm /tmp/file; rmmod virtio_balloon; echo removed $?'
output_has "the driver is removed" console.out '^removed 0'
is "no statistics" "$(balloon .stats)" null
does "a target" insula set linux --memory-target 448M
is "nobody follows" "$(balloon .actual)" 0
types 'modprobe virtio_balloon; echo back $?'
output_has "the driver is there again" console.out '^back 0'
has_come_to "and follows" $((64 * MIB))
types 'poweroff -f'
comes_to "powers off" linux stopped '^poweroff$'
exec 5>&-
insula destroy --all
