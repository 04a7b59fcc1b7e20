package cli

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

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
			made, err := whenMade()
			if err != nil {
				return err
			}
			return writeMan(args[0], manPages(root, made))
		},
	}
}

const (
	manTitle = "ATTRMIGRATE" // of each page
	manWidth = usual - 7     // of what a page shows as it is: man indents it
)

// manPages makes the page of a command and of each below it, by their names.
func manPages(cmd *cobra.Command, made time.Time) map[string][]byte {
	pages := map[string][]byte{}
	for _, below := range cmd.Commands() {
		if isInMan(below) {
			maps.Copy(pages, manPages(below, made))
		}
	}
	pages[manName(cmd)+".1"] = manPage(cmd, made)
	return pages
}

func isInMan(cmd *cobra.Command) bool {
	return cmd.IsAvailableCommand() && !cmd.IsAdditionalHelpTopicCommand()
}

// manName is what man calls the page of a command.
func manName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// whenMade is the date of the pages: now, or as who builds a package anew wants it, so that it comes out the same.
func whenMade() (time.Time, error) {
	epoch := os.Getenv("SOURCE_DATE_EPOCH")
	if epoch == "" {
		return time.Now(), nil
	}
	n, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return time.Time{}, refusal.Usagef("SOURCE_DATE_EPOCH is %s, want a number of seconds", prose.Printable(epoch))
	}
	return time.Unix(n, 0), nil
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
