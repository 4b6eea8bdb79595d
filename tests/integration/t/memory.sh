# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# RAM comes on demand, is zero, and goes back.
. "$IT/lib.sh"

settle
before=$(meminfo MemAvailable)
play big "do=touch mb=8" --memory 512M
output_has "touch 8 MiB" big.out touched
says big.out 'not ok' && bad "contents" || ok "contents"
resident=$(field big memory_resident)
[ "$resident" -ge $((8 << 20)) ] && ok "they are resident" || bad "resident: $resident"
at_most "not the whole of 512M is" "$resident" $((64 << 20))
insula destroy big
settle
after=$(meminfo MemAvailable)
at_most "all comes back (kB)" $((before - after)) $((4096 + $(quarantine)))
run_guest play "fresh memory" "do=fresh mb=64"
run_guest play "fresh memory again" "do=fresh mb=64"
