#!/bin/sh
# Pauses a run from eight to six on weekdays, by the clock of TZ:
#
#   TZ=Europe/Berlin attrmigrate apply --pause-when ./office-hours.sh ...
set -eu
day=$(date +%u) hour=$(date +%H) || exit 2 # Monday is 1

if [ "$day" -le 5 ] && [ "$hour" -ge 8 ] && [ "$hour" -lt 18 ]; then
	echo "office hours, until 18:00"
	exit 1
fi
