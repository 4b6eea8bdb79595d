# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# RAM comes on demand, is zero, and goes back.
. "$IT/lib.sh"

settle
before=$(meminfo MemAvailable)
play big "do=touch mb=64" --memory 512M
output_has "touch 64 MiB" big.out touched
says big.out 'not ok' && bad "contents" || ok "contents"
resident=$(field big memory_resident)
[ "$resident" -ge $((64 << 20)) ] && ok "they are resident" || bad "resident: $resident"
at_most "not the whole of 512M is" "$resident" $((128 << 20))
insula destroy big
# What is freed in the background takes its time on a busy machine; a leak takes for ever. The
# host's own needs come and go by some MiB.
lacking() { settle; echo $((before - $(meminfo MemAvailable))); }
is_back() { [ "$(lacking)" -le $((16384 + $(quarantine))) ]; }
wait_for 30 is_back && ok "all comes back" || bad "$(lacking) kB do not come back"
run_guest play "fresh memory" "do=fresh mb=64"
run_guest play "fresh memory again" "do=fresh mb=64"

# In pages of 2 MiB: a fault each, and a few for what is there before the guest begins.
play huge "do=touch mb=64" --memory 256M --hugepages
output_has "touch 64 MiB in huge pages" huge.out touched
says huge.out 'not ok' && bad "huge: contents" || ok "huge: contents"
[ "$(meminfo ShmemHugePages)" -ge $((64 << 10)) ] && ok "the host has made huge pages" ||
	bad "huge: $(grep Shmem /proc/meminfo | tr '\n' ' ')"
at_most "faults" "$(insula stats -j huge | sed -n 's/.*"fault": \([0-9]*\).*/\1/p')" 100
insula destroy huge
is "and gives them back" "$(meminfo ShmemHugePages)" 0
