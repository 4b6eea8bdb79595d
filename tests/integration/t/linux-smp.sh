# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Linux with several vCPUs, as many as the host has CPUs and more; two VMs at once.
. "$IT/lib.sh"
PATIENCE=300

run_linux 6.1-cloud 1 128
run_linux 6.1-cloud 2 256
run_linux 6.1-cloud 4 2048
