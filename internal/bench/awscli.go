package main

import (
	"context"
	"os/exec"
	"strings"
)

// awsLoop is the script that one would write in a shell: a process of the AWS CLI for each user, until it is killed.
const awsLoop = `i=0
while :; do
	aws cognito-idp admin-update-user-attributes --endpoint-url "$0" --user-pool-id "$1" \
		--username "$(printf user-%05d "$i")" --user-attributes "Name=custom:tier,Value=tier-$i"
	i=$((i+1))
done`

// findAWSCLI returns the version of the AWS CLI, or nothing where there is none.
func findAWSCLI(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "aws", "--version").Output()
	if err != nil {
		return ""
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(string(out), "aws-cli/"), " ")
	return version
}

// againstAWSCLI holds updates a second against that loop. It is measured in one round: next to a ratio of thousands, noise is
// nothing.
func (b *bench) againstAWSCLI(ctx context.Context, ours float64) ([]row, error) {
	if b.awsCLI == "" {
		return nil, nil
	}
	rate, err := b.atFullSpeed(ctx, &contender{name: "the AWS CLI", start: func(ctx context.Context, s *server) (*process, error) {
		return b.spawn(ctx, "sh", "-c", awsLoop, s.URL, s.Pools[0])
	}})
	if err != nil {
		return nil, err
	}
	return []row{{
		What: "the same", Brief: "the same", Ours: ours, Unit: "/s", Peer: "the AWS CLI in a shell's loop", Bound: rate, Reach: atLeast(500), Note: "one round",
	}}, nil
}
