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

// profiles is a Source: the JSON files of a directory in the order of their names. Its position is
// the number of files read, which stands in a mark as the index of the input.
type profiles struct {
	fsys  fs.FS
	names []string
	next  int
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

// Next returns the next profile as a change. A file that makes no sense does not end the run: it is
// a change with its Err set.
func (p *profiles) Next(ctx context.Context) (*sources.Change, error) {
	if p.next >= len(p.names) {
		return nil, io.EOF
	}
	name := p.names[p.next]
	p.next++
	text, err := fs.ReadFile(p.fsys, name)
	if err != nil {
		return nil, err
	}
	var profile struct {
		Account string
		Loyalty struct {
			Tier   string
			Points int
		}
		Interests []string
	}
	c := &sources.Change{File: name, Line: 1, After: sources.Position{Input: p.next}}
	c.Err = json.Unmarshal(text, &profile)
	c.Username = profile.Account
	c.Attributes = []sources.Attribute{
		{Name: "custom:tier", Value: profile.Loyalty.Tier},
		{Name: "custom:points", Value: strconv.Itoa(profile.Loyalty.Points)},
		{Name: "custom:interests", Value: strings.Join(profile.Interests, " ")}, // none deletes
	}
	return c, ctx.Err()
}
