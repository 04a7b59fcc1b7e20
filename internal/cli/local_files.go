package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/shell"
)

// What leads from S3 to a file of this machine.
const (
	hintToCopy  = "to have it here: aws s3 cp "
	hintToWrite = "name a file of this machine"
)

var (
	// inS3 are the flags whose files may lie in S3, or that say themselves why not.
	inS3 = []string{"run-dir", "work-dir", "only-failed", "from", "output", "targets"}
	// writtenHere are those whose files the program writes.
	writtenHere = []string{"tokens", "journal", "metrics-file"}
)

// notHere refuses a place in S3 for a flag that takes a file or a program of this machine, as its help says.
func notHere(f *pflag.Flag, url string) error {
	of, _ := pflag.UnquoteUsage(f)
	of = strings.ToLower(of)
	if slices.Contains(inS3, f.Name) || f.Value.Type() == "bool" || !isFile(of) {
		return nil
	}
	why, remedy := "it is read on this machine", hintToCopy+shell.Quote(url)+" ."
	if slices.Contains(writtenHere, f.Name) {
		why, remedy = "it is written on this machine", hintToWrite
	}
	return &refusal.UsageError{Err: fmt.Errorf("--%s: %s lies in S3, and %s", f.Name, prose.Printable(url), why), Remedy: remedy}
}

// isFile tells whether a flag of such a value takes a file: N|FILE, say, and no profile.
func isFile(of string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(of, func(r rune) bool { return strings.ContainsRune("|.", r) }), func(word string) bool {
		return slices.Contains([]string{"file", "program", "directory"}, word)
	})
}
