#!/bin/sh
# Pauses a run while one of these CloudWatch alarms is on, metric alarms or composite ones:
#
#   CLOUDWATCH_ALARMS='sign-ins-throttled support' attrmigrate apply --pause-when ./cloudwatch-alarm.sh ...
#
# It has the credentials that the run has; they need cloudwatch:DescribeAlarms. That CloudWatch does not answer is no reason
# to pause, nor to go on: it exits with 2, the run stays as it is, and its log says so.
set -eu
names=${CLOUDWATCH_ALARMS:?wants names of alarms}

# shellcheck disable=SC2086 # each name is an argument
alarms=$(aws cloudwatch describe-alarms --alarm-names $names --state-value ALARM --alarm-types MetricAlarm CompositeAlarm \
	--query '[MetricAlarms[].AlarmName, CompositeAlarms[].AlarmName][]' --output text) || exit 2

if [ -n "$alarms" ]; then
	echo "alarm: $(echo "$alarms" | tr '\t' ' ')"
	exit 1
fi
