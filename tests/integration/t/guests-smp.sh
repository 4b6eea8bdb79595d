# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# The tiny guests that want several CPUs, on a host with two.
. "$IT/lib.sh"

run_guest smp smp-1 "" --cpus 1
run_guest smp smp-2 "" --cpus 2
run_guest smp smp-2-x2apic mode=x2apic --cpus 2
run_guest smp smp-4 "" --cpus 4
run_guest smp32 smp32-3 "" --cpus 3
run_guest pvclock pvclock-2 "" --cpus 2
