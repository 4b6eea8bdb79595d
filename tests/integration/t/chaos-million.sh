# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# A million times, on one CPU and on both of two: `run --debug-kernel --set chaos`, which takes an hour or so.
ROUNDS=333334
. "$IT/t/chaos.sh"
