#!/usr/bin/env bash
# versitygw.sh PROGRAM COMMAND... runs a command against a versitygw with its posix back end, on loopback and in a directory of
# its own, and ends it. The command finds its URL and its bucket in S3_TEST_URL and S3_TEST_BUCKET.
set -euo pipefail
program=$1
shift
home=$(mktemp -d)
export ROOT_ACCESS_KEY=made-up ROOT_SECRET_KEY=made-up-secret
export AWS_ACCESS_KEY_ID=$ROOT_ACCESS_KEY AWS_SECRET_ACCESS_KEY=$ROOT_SECRET_KEY AWS_REGION=us-east-1
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
unset AWS_PROFILE AWS_SESSION_TOKEN
mkdir -p "$home/store/suite"
server=
trap '{ if [ -n "$server" ]; then kill "$server" && wait "$server"; fi; } 2>/dev/null || true; rm -rf "$home"' EXIT
trap 'exit 130' INT TERM

# It tells no port that the system chose: a few are tried.
for try in 1 2 3 4 5; do
	port=$((20000 + (RANDOM * 7 + $$ + try) % 20000))
	"$program" --port "127.0.0.1:$port" --quiet posix "$home/store" >"$home/log" 2>&1 &
	server=$!
	for ((i = 0; i < 100; i++)); do
		kill -0 "$server" 2>/dev/null || break
		if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			sleep 0.2 # somebody else may listen there, and then it ends
			kill -0 "$server" 2>/dev/null || break
			export S3_TEST_URL=http://127.0.0.1:$port S3_TEST_BUCKET=suite
			"$@"
			exit
		fi
		sleep 0.1
	done
	server=
done
cat "$home/log"
echo "versitygw does not start"
exit 1
