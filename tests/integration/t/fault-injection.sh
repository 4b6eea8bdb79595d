# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Any single allocation in create and start fails: an error or success, and nothing leaks
# (which kmemleak and the list of VMs tell).
. "$IT/lib.sh"

[ -d /sys/kernel/debug/failslab ] || { bad "no fault injection in this kernel"; exit 0; }
echo N >/sys/kernel/debug/failslab/ignore-gfp-wait
echo N >/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait
echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
echo 0 >/sys/kernel/debug/failslab/verbose
echo 0 >/sys/kernel/debug/fail_page_alloc/verbose
for mode in fail-create fail-start; do
	timeout 900 netlink-abuse $mode >out 2>&1
	status=$?
	sed -n "s/^\(not \)\{0,1\}ok /\1ok $TEST: /p; s/^# /# /p" out
	says out '^done' || bad "$mode: ended with status $status: $(tail -n 1 out)"
	is "$mode: nothing is left" "$(insula list -q)" ""
done
run_guest hello "a good guest afterwards" ""

# The host's own sysctl, of which each netdev has a part, says with a trace when it has no memory.
without_sysctl() {
	awk '/Call Trace:/ { inside = 1; block = "" }
		!inside { print; next }
		{ block = block $0 "\n" }
		/<\/TASK>/ {
			inside = 0
			if (block !~ /dump_stack[+][^\n]*\n[^\n]*__register_sysctl_table/) printf "%s", block
		}'
}
dmesg -c | without_sysctl >log
echo on >/proc/sys/kernel/printk_devkmsg
while read -r line; do
	echo "$line"
done <log >/dev/kmsg
