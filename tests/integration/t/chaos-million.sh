# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# The same a million times: `run --debug-kernel --set chaos`, which takes an hour or two.
ROUNDS=500000
. "$IT/t/chaos.sh"
