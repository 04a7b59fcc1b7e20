#!/usr/bin/env bash
# demo.sh PROGRAM: the loyalty-tier backfill on a local Cognito: planned, applied, paused and slowed down, interrupted
# and resumed, verified, and taken back. PROGRAM is attrmigrate. Nothing leaves this machine, and nothing stays on it but
# the report of the backfill, in demo beside PROGRAM. It fails if a number is not as it should be.
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

# ended GOT WANTED MEANING wants an exit code and says what it means.
ended() {
	[ "$1" -eq "$2" ] || fail "the exit code is $1, not $2"
	printf '\n(exit code %s: %s)\n' "$1" "$3"
}

# run CODE MEANING ARGUMENT... runs attrmigrate and wants it to exit with CODE.
run() {
	local wanted=$1 meaning=$2 code=0 word words=()
	shift 2
	for word in "$@"; do
		case $word in *' '*) word="'$word'" ;; esac
		words+=("$word")
	done
	show attrmigrate "${words[@]}"
	"$program" "$@" || code=$?
	ended "$code" "$wanted" "$meaning"
}

# until_true COMMAND... waits at most 20 s for a command to succeed.
until_true() {
	local tries=200
	until "$@"; do
		[ $((tries -= 1)) -gt 0 ] || fail "it does not come to this: $*"
		sleep 0.1
	done
}

# rows FILE prints the number of rows of a CSV file, the header aside.
rows() { echo $(($(wc -l <"$1") - 1)); }
has_rows() { [ -s "$1" ] && [ "$(rows "$1")" -ge "$2" ]; }

# finished RUN prints how many rows are updated, as the process says that is at work.
finished() { "$program" status --json "$1" | awk -F '[:,]' '/"updated":/ { print $2 + 0 }'; }

# updated RUN prints how many different rows a run has updated, by the lines of its report.
updated() { awk -F, '$4 == "updated" { print $2 }' "$1/applied.csv" | sort -u | wc -l; }

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
		NR == 1 { sub(/^\357\273\277/, ""); for (n = cells($0); n > 0; n--) at[cell[n]] = n; wanted = split(names, name, " ") }
		{
			cells($0)
			for (i = 1; i < wanted; i++) printf "%-12s ", cell[at[name[i]]]
			print cell[at[name[wanted]]]
		}' "$file"
}

# happened EVENTS prints what happened to a run, and who did it.
happened() {
	awk '
		function of(name) { return match($0, "\"" name "\":\"[^\"]*") ? substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 4) : "" }
		{ printf "%s  %-9s %-28s %s\n", substr(of("at"), 12, 8), of("event"), of("by"), of("reason") }' "$1"
}

[ -x "$program" ] || fail "$program is no program: build it with make build"
cp "$here/loyalty.csv" "$here/pool.json" "$work"
cd "$work"
# The sandbox takes any credentials; the reader's own are left out of it.
export AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
unset AWS_PROFILE AWS_SESSION_TOKEN

heading "A local Cognito with 2,000 users; AWS allows 25 updates a second, this one 400, and any number of reads"
show attrmigrate sandbox --pool pool.json --users 2000 --quota 400 --quota UserRead=off
"$program" sandbox --pool pool.json --users 2000 --quota 400 --quota UserRead=off >sandbox.out &
sandbox=$!
until_true test -s sandbox.out
url=$(awk 'NR == 1 { print $2 }' sandbox.out)
case $url in http://127.0.0.1:*) ;; *) fail "the sandbox says no URL: $url" ;; esac
echo "$url"
show export "AWS_ENDPOINT_URL=$url"
export AWS_ENDPOINT_URL=$url
unset AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER AWS_IGNORE_CONFIGURED_ENDPOINT_URLS # which count for more
pool=(--user-pool-id us-east-1_Loyalty00)
# As fast as the sandbox allows; and standard input is not always a terminal, hence --yes.
fast=(--rate 400 --read-rate off --yes)

heading "All users as they are, to compare with in the end"
run 0 "exported" export "${pool[@]}" -o before.csv
[ "$(rows before.csv)" -eq 2000 ] || fail "the export has not 2000 users"

heading "What would happen: a plan, which cannot write"
run 0 "planned" plan "${pool[@]}" loyalty.csv
[ "$(wc -l <loyalty.plan/plan.jsonl)" -eq 1992 ] || fail "the plan has not 1992 updates"

heading "The backfill of 2,000 rows, in the background"
show attrmigrate apply "${pool[@]}" "${fast[@]}" loyalty.csv
"$program" apply "${pool[@]}" "${fast[@]}" loyalty.csv & # in the background, where this shell can interrupt it
apply=$!
until_true has_rows loyalty.run/applied.csv 300

heading "Support calls: it is paused, within a second, and waits"
run 0 "paused" pause --reason "support called" loyalty.run
run 0 "there is a run" status loyalty.run
paused=$(finished loyalty.run)
sleep 1
[ "$(finished loyalty.run)" -eq "$paused" ] || fail "it goes on while it is paused"

heading "It goes on, slower for a while"
run 0 "slower" rate --reason "until noon" loyalty.run 200
run 0 "going on" unpause loyalty.run
until_true has_rows loyalty.run/applied.csv $((paused + 300))
run 0 "as fast as before" rate loyalty.run default

heading "It is interrupted, as by Ctrl-C"
show kill -TERM "$apply"
kill -TERM "$apply" # a shell has what it starts in the background ignore SIGINT
code=0
wait "$apply" || code=$?
apply=''
ended "$code" 130 "interrupted, the same command continues"

heading "Where it stands"
run 0 "there is a run" status loyalty.run

heading "The same command again: it goes on, and no row is done twice"
run 3 "finished, but a few rows failed" apply "${pool[@]}" "${fast[@]}" loyalty.csv

heading "What failed, and why"
echo "loyalty.run/errors.csv, some of its columns:"
columns loyalty.run/errors.csv username _line _message
failed=$(rows loyalty.run/errors.csv) applied=$(rows loyalty.run/applied.csv) lines=$(updated loyalty.run)
[ "$failed" -eq 8 ] || fail "$failed rows failed, not 8"
[ "$applied" -eq 1992 ] || fail "$applied rows were applied, not 1992"
[ "$lines" -eq 1992 ] || fail "$lines lines stand in applied.csv as updated, not 1992: some twice"

heading "Is all of it there? What was planned is held against the live users once more"
run 0 "nothing is left to change" plan "${pool[@]}" --check --progress none loyalty.plan/plan.jsonl

heading "The way back: each update's before-image, under the condition that nobody has changed it since"
show "head -n 2 loyalty.run/undo.jsonl; grep -m 1 email_verified loyalty.run/undo.jsonl"
head -n 2 loyalty.run/undo.jsonl
grep -m 1 email_verified loyalty.run/undo.jsonl

heading "Back; who was read but not updated when the run was interrupted stands there twice, and is unchanged once"
run 0 "all taken back" apply "${pool[@]}" "${fast[@]}" loyalty.run/undo.jsonl
lines=$(updated loyalty.undo.run)
[ "$lines" -eq 1992 ] || fail "$lines updates were taken back, not 1992"

heading "Is the pool as it was? An export of now is held against that of the beginning, byte by byte"
run 0 "exported" export "${pool[@]}" -o after.csv
show cmp before.csv after.csv
cmp before.csv after.csv || fail "the pool is not as it was"
echo "(no difference)"

heading "What was done to the backfill, and by whom"
echo "loyalty.run/events.jsonl, in columns:"
happened loyalty.run/events.jsonl
for event in started paused rate unpaused stopped finished; do
	grep -q "\"event\":\"$event\"" loyalty.run/events.jsonl || fail "it does not tell that the run was $event"
done

heading "How many calls it took"
kill "$sandbox"
wait "$sandbox"
sandbox=''
ended=$(tail -n 1 sandbox.out)
echo "$ended"
accepted=$(tr -d , <<<"$ended" | awk '{ print $2 - $5 }') # received, less throttled
[ "$accepted" -eq 3984 ] || fail "1,992 users changed once and taken back once are 3,984 updates, not $accepted"

heading "2,000 rows: 1,992 applied, each once, and taken back; 8 to mend in errors.csv, which apply takes as it is"

report=$(dirname "$program")/demo/report.html
mkdir -p "$(dirname "$report")"
cp loyalty.run/report.html "$report"
printf '\nThe backfill in pictures, for a browser:\n  %s\n' "$report"
