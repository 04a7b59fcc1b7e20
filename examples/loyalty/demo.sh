#!/usr/bin/env bash
# demo.sh PROGRAM: the loyalty-tier backfill on a local Cognito, interrupted after four seconds and
# resumed. PROGRAM is attrmigrate. Nothing leaves this machine, and nothing stays on it.
set -euo pipefail

program=${1:?usage: demo.sh PROGRAM}
program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program")
here=$(cd "$(dirname "$0")" && pwd)

work=$(mktemp -d "${TMPDIR:-/tmp}/attrmigrate-demo.XXXXXX")
sandbox='' apply=''
tidy() {
	local child
	for child in $apply $sandbox; do # at most two numbers
		if kill "$child" 2>/dev/null; then wait "$child" || true; fi
	done
	rm -rf "$work"
}
trap tidy EXIT
trap 'exit 130' INT # also on a Ctrl-C of the reader
trap 'exit 143' TERM

heading() { printf '\n== %s\n\n' "$*"; }
show() { printf '$ %s\n' "$*"; }
fail() {
	printf '\ndemo: %s\n' "$*" >&2
	exit 1
}

# until_there FILE waits at most 20 s for a file that is not empty.
until_there() {
	local tries=200
	until [ -s "$1" ]; do
		[ $((tries -= 1)) -gt 0 ] || fail "$1 does not appear"
		sleep 0.1
	done
}

# start_apply runs apply in the background, where it can be interrupted while this shell goes on.
# Its standard input is no terminal, hence --yes; its progress is as live as in the foreground.
start_apply() {
	local arguments=(apply --endpoint-url "$url" --user-pool-id us-east-1_Loyalty00 --rate 200 --yes loyalty.csv)
	show "attrmigrate ${arguments[*]}"
	"$program" "${arguments[@]}" &
	apply=$!
}

# end_apply CODE waits for apply and wants it to exit with CODE.
end_apply() {
	local code=0
	wait "$apply" || code=$?
	apply=''
	[ "$code" -eq "$1" ] || fail "apply exited with $code, not with $1"
	printf '\n(exit code %s: %s)\n' "$code" "$2"
}

# columns FILE NAME... prints columns of a CSV file that has no line breaks in its cells.
columns() {
	local file=$1
	shift
	awk -v names="$*" '
		function cells(line,    n, i, c, quoted) {
			split("", cell); n = 1; quoted = 0
			for (i = 1; i <= length(line); i++) {
				c = substr(line, i, 1)
				if (c == "\"") quoted = !quoted
				else if (c == "," && !quoted) n++
				else cell[n] = cell[n] c
			}
			return n
		}
		NR == 1 { for (n = cells($0); n > 0; n--) at[cell[n]] = n; wanted = split(names, name, " ") }
		{
			cells($0)
			for (i = 1; i < wanted; i++) printf "%-12s ", cell[at[name[i]]]
			print cell[at[name[wanted]]]
		}' "$file"
}

# rows FILE prints the number of rows of a CSV file, the header aside.
rows() { echo $(($(wc -l <"$1") - 1)); }

[ -x "$program" ] || fail "$program is no program: build it with make build"
cp "$here/loyalty.csv" "$here/pool.json" "$work"
cd "$work"
# The sandbox takes any credentials; the reader's own are left out of it.
export AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
unset AWS_PROFILE AWS_SESSION_TOKEN

heading "A local Cognito with 2,000 users; AWS allows 25 updates a second, the demo 200"
show "attrmigrate sandbox --pool pool.json --users 2000 --quota 200"
"$program" sandbox --pool pool.json --users 2000 --quota 200 >sandbox.out &
sandbox=$!
until_there sandbox.out
url=$(awk 'NR == 1 { print $2 }' sandbox.out)
case $url in http://127.0.0.1:*) ;; *) fail "the sandbox says no URL: $url" ;; esac
echo "$url"

heading "The backfill of 2,000 rows; after four seconds it is interrupted, as by Ctrl-C"
start_apply
until_there loyalty.run/checkpoint.json
sleep 4
kill -INT "$apply"
end_apply 130 "interrupted, the same command continues"

heading "Where it stands"
show "attrmigrate status loyalty.run"
"$program" status loyalty.run

heading "The same command again: it goes on, and no row is done twice"
start_apply
end_apply 3 "finished, but a few rows failed"

heading "What failed, and why"
echo "loyalty.run/errors.csv, some of its columns:"
columns loyalty.run/errors.csv username _line _message

heading "The summary"
show "cat loyalty.run/summary.json"
cat loyalty.run/summary.json

failed=$(rows loyalty.run/errors.csv) applied=$(rows loyalty.run/applied.csv)
lines=$(awk -F, 'FNR > 1 { print $2 }' loyalty.run/applied.csv | sort -u | wc -l)
[ "$failed" -eq 8 ] || fail "$failed rows failed, not 8"
[ "$applied" -eq 1992 ] || fail "$applied rows were applied, not 1992"
[ "$lines" -eq 1992 ] || fail "$lines lines stand in applied.csv, not 1992: some twice"

heading "2,000 rows: 1,992 applied, each once, and 8 to mend in errors.csv, which apply takes as it is"
