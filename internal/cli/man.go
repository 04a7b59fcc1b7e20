package cli

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
)

// newMan returns the command that `make man` uses; it is no part of what users see.
func newMan(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:               "man DIR",
		Short:             "Write the man pages into a directory",
		Hidden:            true,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: inTurn(completeDirectories),
		RunE: func(_ *cobra.Command, args []string) error {
			root.DisableAutoGenTag = true
			pages, err := manPages(root)
			if err != nil {
				return err
			}
			return writeMan(args[0], pages)
		},
	}
}

const (
	manTitle = "ATTRMIGRATE" // of each page
	manWidth = usual - 7     // of what a page shows as it is: man indents it
)

// manPages makes the page of a command and of each below it, by their names.
func manPages(cmd *cobra.Command) (map[string][]byte, error) {
	pages := map[string][]byte{}
	for _, below := range cmd.Commands() {
		if !below.IsAvailableCommand() || below.IsAdditionalHelpTopicCommand() {
			continue
		}
		more, err := manPages(below)
		if err != nil {
			return nil, err
		}
		maps.Copy(pages, more)
	}
	cmd.Example = examplesText(cmd.Example, manWidth)
	var page bytes.Buffer
	err := doc.GenMan(cmd, &doc.GenManHeader{
		Title: manTitle, Section: "1", Source: "attrmigrate " + release(), Manual: "attrmigrate",
	}, &page)
	pages[strings.ReplaceAll(cmd.CommandPath(), " ", "-")+".1"] = page.Bytes()
	return pages, err
}

// writeMan writes the pages into a directory, once it has seen that it replaces nothing but pages like them.
func writeMan(dir string, pages map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		path := filepath.Join(dir, name)
		if _, err := os.Lstat(path); err == nil && !isManPage(path) {
			return &refusal.Error{Msg: fmt.Sprintf("%s: is there already, and is no man page of attrmigrate", prose.Printable(path)),
				Remedy: "name another directory"}
		}
	}
	for name, page := range pages {
		if err := os.WriteFile(filepath.Join(dir, name), page, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// isManPage tells whether a file is a page that the program has written.
func isManPage(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	page, err := disk.ReadFile(path)
	return err == nil && bytes.Contains(page[:min(len(page), 512)], []byte(`.TH "`+manTitle+`" "1"`))
}
