# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# insula top: as text, and as a screen that gives the terminal back as it was.
. "$IT/lib.sh"

export TERMINFO="$IT/bin/terminfo" TERM=xterm

expect "no terminal" 2 '^insula: top: standard input and output are no terminal; --batch prints plain text$' insula top
expect "0 times" 2 '^insula: -n: takes a number, at least 1, not "0"$' insula top -b -n 0
expect "operands" 2 'one word too many' insula top -b web
insula top -b -n 1 >out
matches "without a VM" "$(cat out)" '^0 VMs, 0 running; 0.0% of a CPU entitled, 0.0% received, 0.0% steal$'
is "titles" "$(sed -n 2p out)" \
	"NAME STATE   CPUS SHARES  MIN%  MAX%   ENT%  RECV%  WAIT% THROT% STEAL% SWITCH/S   P99   RES TARGET   MEM"

play web do=idle --cpus 2 --cpu-shares 300 --cpu-max 150
insula create off --memory 16M --cpu-affinity 0
output_has "a guest" web.out idle
does "once" insula top --batch --iterations 1
insula top -b -n 1 >out
is "lines" "$(wc -l <out)" 4
matches "a VM that runs" "$(grep '^web' out)" \
	'^web  running    2    300     0   150( +[0-9]+\.[0-9]){5} +[0-9]+ +(-|[0-9.]+[mun]?s) +[0-9]+[KM]? +32M +32M$'
matches "one that does not" "$(grep '^off' out)" '^off  stopped    1    100     0  none( +0\.0){5} +0 +- +0    16M   16M$'
is "twice" "$(insula top -bn2 --interval 1 | grep -c '^web ')" 2
insula top -b -n 1 >/dev/full 2>err
is "output that cannot be written" "$?" 1

# The screen, and the terminal afterwards; status.N is what top ended with
cat >on-terminal <<'END'
trap : INT
stty -g >before.$1
insula top --interval 1
echo $? >status.$1
stty -g >after.$1
END
screen() {
	number=$1
	shift
	timeout "$PATIENCE" pty "$@" -- sh on-terminal "$number" >screen.out 2>&1
}
same() { is "$1: the terminal is as it was" "$(cat "after.$number")" "$(cat "before.$number")"; }
# (What is the same before and after is not written anew: not everything can be waited for.)
screen 1 'web' 'h' 'quit' 'h' - 'm' - 'm' - 'q'
is "q ends it" "$(cat status.1)" 0
same "q"
matches "titles on the screen" "$(cat screen.out)" 'RECV%'
rm screen.out
(wait_for "$PATIENCE" says screen.out web && kill -TERM "$(pidof insula | sed 's/ .*//')") &
screen 2 'web' ' '
is "SIGTERM ends it" "$(cat status.2)" 143
same "SIGTERM"
says screen.out "$(printf '\033')"'\[\?1049l' && ok "the screen is left" || bad "the screen is not left"
screen 3 'web' '\003'
is "Ctrl-C ends it" "$(cat status.3)" 130
same "Ctrl-C"

# At 80 characters SWITCH/S does not fit.
sed -i '1i tty=$(tty); (usleep 3000000; stty -F "$tty" cols 160 rows 30) &' on-terminal
screen 4 'STEAL%' ' ' 'SWITCH/S' 'q'
is "a larger screen is used" "$(cat status.4)" 0
sed -i '1s/.*/(until grep -q web screen.out; do usleep 100000; done; insula destroy web off) \&/' on-terminal
screen 5 'web' ' ' - ' ' - ' ' - ' ' - ' ' - ' ' - ' ' - 'q'
is "VMs go, the screen stays" "$(cat status.5)" 0

TERM=nonsense timeout "$PATIENCE" pty - ' ' -- sh -c 'insula top; echo status $?' >screen.out 2>&1
matches "a terminal that nobody knows" "$(tr -d '\r' <screen.out)" \
	"insula: top: can't use a terminal of this kind \(TERM=nonsense\); --batch prints plain text"
