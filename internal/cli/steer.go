package cli

import (
	"context"
	"net/http"
	"os"
	"os/user"

	"github.com/spf13/cobra"

	"attrmigrate/internal/console"
	"attrmigrate/internal/control"
)

func newPause(sys System) *cobra.Command {
	var span, reason string
	cmd := &cobra.Command{
		Use:   "pause RUN_DIR",
		Short: "Pause a run",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return steer(cmd.Context(), sys, args[0], http.MethodPost, "/v1/pause", map[string]any{"for": span, "reason": reason, "by": operator()})
		},
	}
	cmd.Flags().StringVar(&span, "for", "", "how long")
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	return cmd
}

// steer asks something of a run and prints its new status.
func steer(ctx context.Context, sys System, dir, method, path string, body any) error {
	s, err := control.NewClient(dir).Do(ctx, method, path, body)
	if err != nil {
		return err
	}
	return console.StatusJSON(sys.Stdout, s)
}

// operator is who gives the order.
func operator() string {
	name, host := "somebody", "somewhere"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if h, err := os.Hostname(); err == nil {
		host = h
	}
	return name + "@" + host + " by command"
}
