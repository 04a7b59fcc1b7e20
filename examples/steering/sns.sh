#!/bin/sh
# Tells the subscribers of an Amazon SNS topic of each event of a run, in words:
#
#   SNS_TOPIC_ARN=arn:aws:sns:us-east-1:111122223333:migrations attrmigrate apply --on-event ./sns.sh ...
#
# It has the credentials that the run has; they need sns:Publish on the topic.
set -eu
topic=${SNS_TOPIC_ARN:-}
if [ -z "$topic" ]; then
	echo "SNS_TOPIC_ARN has no topic" >&2
	exit 2
fi
region=$(echo "$topic" | cut -d : -f 4)

aws sns publish --region "$region" --topic-arn "$topic" --output text \
	--subject "attrmigrate: $ATTRMIGRATE_EVENT" \
	--message "The run in $ATTRMIGRATE_RUN_DIR (pool $ATTRMIGRATE_POOL): $ATTRMIGRATE_EVENT${ATTRMIGRATE_BY:+, by $ATTRMIGRATE_BY}${ATTRMIGRATE_REASON:+, $ATTRMIGRATE_REASON}.
$ATTRMIGRATE_DONE of $ATTRMIGRATE_TOTAL are done, $ATTRMIGRATE_FAILED of them failed." >/dev/null
