package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// child is the bench itself in a process of its own, which is told lines and answers with JSON. It is used by one goroutine.
type child struct {
	cmd     *exec.Cmd
	input   io.WriteCloser
	answers *json.Decoder
}

// startChild starts one. It says first where it is to be found.
func (b *bench) startChild(ctx context.Context, found any, args ...string) (*child, error) {
	c := &child{cmd: exec.CommandContext(ctx, b.self, args...)}
	c.cmd.Stderr = os.Stderr
	var err error
	if c.input, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	c.answers = json.NewDecoder(bufio.NewReader(output))
	if err := c.answers.Decode(found); err != nil {
		c.close()
		return nil, fmt.Errorf("%s: %w", args[0], err)
	}
	return c, nil
}

// close ends the process.
func (c *child) close() {
	_ = c.input.Close()
	_ = c.cmd.Wait()
}
