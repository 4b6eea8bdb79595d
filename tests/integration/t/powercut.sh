# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# The power of a guest that writes records, each on the medium before it acknowledges it, is cut at
# random moments: while it boots, while it replays its journal, while it writes. After each cut fsck finds
# nothing wrong on its disk, and all that was acknowledged is there.
. "$IT/lib.sh"
PATIENCE=300

disk=/mnt/ext4
: "${ROUNDS:=3}" "${SEED:=1}"
echo "# $ROUNDS rounds, seed $SEED"

# draw_moments: how many acknowledgements and then how many microseconds to wait for, a line a round
draw_moments() {
	awk -v n="$ROUNDS" -v seed="$SEED" 'BEGIN {
		srand(seed)
		while (n--) print int(rand() * 60) - 5, int(rand() * 300000)
	}'
}

acknowledged() { tr -d '\r' <v.out | sed -n 's/^ack \([0-9][0-9]*\)$/\1/p' | tail -n 1; }
acks() { tr -d '\r' <v.out | grep -acE '^ack [0-9]+$'; }
enough() { [ "$(acks)" -ge "$1" ] || ! is_state v running; }

# look_at_disk: replay the journal, as any machine that mounts it does; fsck; look for the records
look_at_disk() {
	mkdir -p m
	mount -t ext4 $disk m && umount m || bad "round $round: cannot be mounted"
	e2fsck -fn $disk >fsck.out 2>&1
	is "round $round: fsck" $? 0
	mount -t ext4 -o ro $disk m
	said=$(powercut check m "$last") && ok "round $round: $said" || bad "round $round: $said"
	umount m
}

insula create v --kernel "$IT/powercut/vmlinuz" --initrd "$IT/powercut/initrd" --memory 96M \
	--append "console=ttyS0 quiet" --disk $disk
round=0 last=0
draw_moments >moments
while read -r after delay; do
	round=$((round + 1))
	listen_to v v.out
	insula start v
	# Before the first one: on its way to it.
	if [ "$after" -lt 0 ]; then
		wait_for $PATIENCE says v.out 'guest: init reached'
	else
		wait_for $PATIENCE enough "$after" || bad "round $round: only $(acks) records"
	fi
	usleep "$delay"
	is "round $round: it ran until then" "$(state v)" running
	does "round $round: stop" insula stop v
	wait "$listener"
	now=$(acknowledged)
	last=${now:-$last}
	look_at_disk
done <moments
insula destroy v
