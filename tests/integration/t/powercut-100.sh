# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# The same a hundred times.
ROUNDS=100
. "$IT/t/powercut.sh"
