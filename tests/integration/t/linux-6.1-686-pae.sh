# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Debian's 6.1 for i386, unmodified: the boot protocol's 32-bit entry, the paging of PAE, with RAM
# above 4 GiB too, and the local APIC by MMIO, since this kernel knows no x2APIC.
. "$IT/lib.sh"
PATIENCE=300

shell_linux 6.1-686-pae 1 256
run_linux 6.1-686-pae 2 3584
