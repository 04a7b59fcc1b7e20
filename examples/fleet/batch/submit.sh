#!/bin/sh
# Submits an array job with a child for each index of a targets file, and prints the job's id:
#
#   submit.sh QUEUE s3://attrmigrate-fleet/targets.csv apply --yes
#
# Behind the file stand the command and its flags; --targets and --index are added. It needs attrmigrate, aws and jq.
set -eu
if [ $# -lt 3 ]; then
	echo 'usage: submit.sh QUEUE TARGETS COMMAND [FLAG...]' >&2
	exit 2
fi
queue=$1 targets=$2 command=$3
shift 3

listing=$(attrmigrate targets "$targets") # a file that is wrong ends it here
indexes=$(printf '%s\n' "$listing" | tail -n 1)

# An array has two children at least, so that a single index is a job of its own.
index=auto
case $indexes in
	1) index=0 ;;
	'' | *[!0-9]*) echo "submit.sh: the number of indexes is not on the last line: $indexes" >&2; exit 2 ;;
esac
overrides=$(jq -nc '{command: $ARGS.positional}' --args -- "$command" --targets "$targets" --index "$index" "$@")
set --
if [ "$index" = auto ]; then set -- --array-properties "size=$indexes"; fi
exec aws batch submit-job --job-name "attrmigrate-$command" --job-queue "$queue" \
	--job-definition attrmigrate-fleet "$@" --container-overrides "$overrides" --query jobId --output text
