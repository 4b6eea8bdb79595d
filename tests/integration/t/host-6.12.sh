# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# A few of the tests on a host with another kernel.
. "$IT/lib.sh"

for guest in hello mmio irq excp fpu; do
	run_guest $guest $guest ""
done
run_linux 6.1-cloud 1 128
play v do=idle
output_has "a VM" v.out idle
insula destroy v
wait_for 10 rmmod insula && ok "unload" || bad "unload"
insmod /lib/modules/insula.ko && ok "load again" || bad "load again"
