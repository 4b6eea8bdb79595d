# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Debian's 6.12-cloud kernel, unmodified.
. "$IT/lib.sh"
PATIENCE=300

run_linux 6.12-cloud 1 256
run_linux 6.12-cloud 2 512
