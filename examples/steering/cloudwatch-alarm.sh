#!/bin/sh
# Pauses a run while one of these CloudWatch alarms is on, metric alarms or composite ones:
#
#   CLOUDWATCH_ALARMS='sign-ins-throttled support' attrmigrate apply --pause-when ./cloudwatch-alarm.sh ...
#
# It has the credentials that the run has; they need cloudwatch:DescribeAlarms. That CloudWatch does not answer, or knows no
# alarm of such a name, is no reason to pause, nor to go on: it exits with 2, the run stays as it is, and its log says so.
set -u
fails() {
	echo "$1" >&2
	exit 2
}
names=${CLOUDWATCH_ALARMS:-}
[ -n "$names" ] || fails "CLOUDWATCH_ALARMS has no name of an alarm"

# A line each: its state, and its name.
# shellcheck disable=SC2086 # each name is an argument
alarms=$(aws cloudwatch describe-alarms --alarm-names $names --alarm-types MetricAlarm CompositeAlarm \
	--query '[MetricAlarms, CompositeAlarms][].[StateValue, AlarmName]' --output text) || exit 2

on=
for name in $names; do
	case $(echo "$alarms" | awk -v name="$name" '$2 == name { print $1 }') in
	ALARM) on="$on $name" ;;
	'') fails "there is no alarm $name" ;;
	esac
done
if [ -n "$on" ]; then
	echo "alarm:$on"
	exit 1
fi
