# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# The tiny guests, one CPU each: what Linux does not exercise.
. "$IT/lib.sh"

for guest in hello hello32 cpuid msr io io32 mmio mmio32 mmio16 modes excp excp32 fpu irq pci \
	pci32; do
	run_guest $guest $guest ""
done
run_guest pvclock pvclock "epoch=$(date +%s)"
