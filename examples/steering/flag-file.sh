#!/bin/sh
# Pauses a run while a file is there, which whoever is on support makes and removes; its first line is the reason:
#
#   PAUSE_FLAG=/srv/support/pause attrmigrate apply --pause-when ./flag-file.sh ...
set -eu
flag=${PAUSE_FLAG:-/var/lib/attrmigrate/pause}

if [ -e "$flag" ]; then
	head -n 1 "$flag" || true
	exit 1
fi
