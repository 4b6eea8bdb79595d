# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Debian's 6.1 cloud kernel, unmodified, with little and with much memory.
. "$IT/lib.sh"
PATIENCE=300

shell_linux 6.1-cloud 1 128
run_linux 6.1-cloud 1 2048
