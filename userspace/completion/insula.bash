# SPDX-License-Identifier: GPL-2.0-only
# bash completion for insula; words come from "insula help --words"

_insula_names()
{
	insula list --quiet 2>/dev/null
}

# The kind of value that option $2 of command $1 takes.
_insula_value()
{
	insula help --words "$1" 2>/dev/null | while read -r option value; do
		[ "$option" = "$2" ] && printf '%s\n' "$value"
	done
}

# The part behind the last comma, of a value such as "FILE[,ro][,serial=S]" or "[name=IF][,mac=MAC]".
_insula_parts()
{
	local before=

	[[ $cur != *,* ]] || before=${cur%,*},
	compopt -o nospace 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -P "$before" -W \
		"$(tr '[],' '\n' <<<"$1" | sed -n 's/=.*/=/p; /^[a-z]*$/p')" -- "${cur##*,}")
}

_insula_option_value()
{
	local value
	value=$(_insula_value "$1" "$2")
	case $value in
	FILE | FILE\[*)
		if [[ $value == FILE\[* && $cur == ?*,* ]]; then
			_insula_parts "$value"
			return 0
		fi
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return 0
		;;
	\[*)
		_insula_parts "$value"
		[[ $cur != -* ]]
		return
		;;
	*'|'*)
		# Words to be typed as they are; those in capitals stand for something.
		mapfile -t COMPREPLY < <(compgen -W \
			"$(_insula_value "$1" "$2" | tr '|' '\n' | grep -v '[A-Z]')" -- "$cur")
		return 0
		;;
	?*)
		return 0
		;;
	esac
	return 1
}

_insula()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} words

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		words=$(insula help --words 2>/dev/null)
	elif [[ $prev == --* ]] && _insula_option_value "$command" "$prev"; then
		return
	elif [[ $cur == -* ]]; then
		words=$(insula help --words "$command" 2>/dev/null | sed -n 's/^\(--[^ ]*\).*/\1/p')
	else
		case $(insula help --words "$command" 2>/dev/null | head -n 1) in
		*NAME*)
			words=$(_insula_names)
			;;
		*COMMAND*)
			words=$(insula help --words 2>/dev/null)
			;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _insula insula
