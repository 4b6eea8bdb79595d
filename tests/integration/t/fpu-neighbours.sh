# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Vector registers belong to one VM each, also with more vCPUs than CPUs.
. "$IT/lib.sh"

pids=
for seed in 1 2 3 4; do
	insula run "f$seed" --kernel "$GUESTS/fpu.elf" --memory 64M --debug-exit \
		--append "seed=$seed rounds=300" </dev/null >f$seed.out 2>&1 &
	pids="$pids $!"
done
seed=0
for pid in $pids; do
	seed=$((seed + 1))
	wait "$pid"
	is "guest $seed" $? 33
done
