#!/bin/sh
# Posts each event of a run to a webhook, as the JSON that comes in on standard input:
#
#   attrmigrate apply --on-event ./webhook.sh ...
#
# The address of a webhook is a secret, as its token is, and every process of a machine sees the arguments of the others. So
# both stand in a file of curl's, which only you may read (chmod 600):
#
#   url = "https://hooks.example.com/services/attrmigrate"
#   header = "Authorization: Bearer ..."
set -eu
config=${WEBHOOK_CONFIG:-$HOME/.config/attrmigrate/webhook.curl}

exec curl -fsS -m 8 -K "$config" -H 'Content-Type: application/json' -d @- -o /dev/null
