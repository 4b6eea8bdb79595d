# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# What a VM may be called.
. "$IT/lib.sh"

long=abcdefghijklmnopqrstuvwxyz01234
does "31 characters" insula create $long --memory 16M
expect "32 characters" 2 31 insula create ${long}5 --memory 16M
for name in web web.1 web_2 web-3 0 A.b_c-d; do
	does "'$name'" insula create "$name" --memory 16M
done
expect "a name that is taken" 1 'web: .*(taken|exists)' insula create web --memory 16M
for name in '' . .web _web 'a b' 'a/b' 'a%sb' 'ä' "a
b" 'a:b' '../x' 'a*'; do
	expect "'$name' is refused" 2 . insula create "$name" --memory 16M
done
expect "'-web' is refused" 2 . insula create -web --memory 16M
is "those that are there" "$(insula list -q | wc -l)" 7
insula destroy --all
i=0
while [ $i -lt 100 ]; do
	insula create "vm$i" --memory 1M || break
	i=$((i + 1))
done
is "a hundred VMs" "$(insula list -q | wc -l)" 100
ids=$(insula list -j | sed -n 's/^ *"id": \([0-9]*\),/\1/p' | sort -u | wc -l)
is "a hundred ids" "$ids" 100
does "destroy --all" insula destroy --all
