package console

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"attrmigrate/internal/refusal"
)

// Ask lets only the word "yes" go on.
func Ask(ctx context.Context, w io.Writer, r io.Reader) error {
	fmt.Fprint(w, `Apply? Only "yes" goes on: `)
	answer := make(chan string, 1)
	go func() { // it ends with the answer, or with the process
		line, err := bufio.NewReader(r).ReadString('\n')
		if err != nil {
			fmt.Fprintln(w) // the end of the input (Ctrl-D) has shown no line end
		}
		answer <- strings.TrimSpace(line)
	}()
	select {
	case a := <-answer:
		if a != "yes" {
			return &refusal.Error{Msg: "not confirmed: nothing was written"}
		}
		return nil
	case <-ctx.Done():
		fmt.Fprintln(w)
		return refusal.ErrNotStarted
	}
}
