package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

var _ pipeline.Source = (*profiles)(nil)

// profiles is a Source: the JSON files of a directory in the order of their names. The number of files read
// is its position, as the index of the input that comes next.
type profiles struct {
	fsys  fs.FS
	names []string
	next  int // index in names
}

// profile is what stands in a file, as far as the change needs it.
type profile struct {
	Account string
	Loyalty struct {
		Tier   string
		Points int
	}
	Interests []string
}

func openProfiles(dir string) (*profiles, error) {
	fsys := os.DirFS(dir)
	names, err := fs.Glob(fsys, "*.json") // sorted
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("%s: there are no *.json files in it", dir)
	}
	return &profiles{fsys: fsys, names: names}, err
}

// digest tells one list of files from another, in which a position would mean another file.
func (p *profiles) digest() string {
	sum := sha256.Sum256([]byte(strings.Join(p.names, "/")))
	return hex.EncodeToString(sum[:])
}

// resume goes on behind the change that came with a position.
func (p *profiles) resume(at sources.Position) { p.next = at.Input }

// Next returns the next profile as a change. A file that makes no sense does not end the run: it is
// a change with its Err set. One that cannot be read does.
func (p *profiles) Next(ctx context.Context) (*sources.Change, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if p.next >= len(p.names) {
		return nil, io.EOF
	}
	name := p.names[p.next]
	text, err := fs.ReadFile(p.fsys, name)
	if err != nil {
		return nil, err
	}
	p.next++
	var made profile
	c := &sources.Change{File: name, Line: 1, After: sources.Position{Input: p.next}}
	c.Err = json.Unmarshal(text, &made)
	c.Username = made.Account
	c.Attributes = []sources.Attribute{
		{Name: "custom:tier", Value: made.Loyalty.Tier},
		{Name: "custom:points", Value: strconv.Itoa(made.Loyalty.Points)},
		{Name: "custom:interests", Value: strings.Join(made.Interests, " ")}, // none deletes
	}
	return c, nil
}
