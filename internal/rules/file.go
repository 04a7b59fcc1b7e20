package rules

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/refusal"
)

// File is a file of rules.
type File struct {
	Rules []Rule
	// Digest is that of its bytes, such as "sha256:9f86d0…".
	Digest string
}

// maxFile is how large a file of rules may be, in bytes.
const maxFile = 1 << 20

// ReadFile reads rules of a file in YAML: one with where, set and unset, or several under rules. Its error is a usage error with the line.
//
//	rules:
//	  - name: default tier
//	    where: custom.tier == nil
//	    set:
//	      - custom:tier=free
//	      - email:=lower(email)
//	    unset:
//	      - custom:old
func ReadFile(ctx context.Context, path string) (*File, error) {
	content, err := disk.ReadGiven(ctx, path, maxFile)
	switch {
	case ctx.Err() != nil:
		return nil, refusal.ErrNotStarted
	case err == nil && len(content) > maxFile:
		err = fmt.Errorf("it is larger than %d bytes", maxFile)
	}
	if err != nil {
		return nil, &refusal.UsageError{Err: fmt.Errorf("%s: %w", path, disk.WithoutPath(err)), Remedy: "--rules takes a file in YAML"}
	}
	r := &reader{path: path}
	all, err := r.read(content)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(content)
	return &File{Rules: all, Digest: "sha256:" + hex.EncodeToString(sum[:])}, nil
}

// reader reads a file of rules, node by node, for each text's line.
type reader struct{ path string }

func (r *reader) refuse(line int, hint, format string, args ...any) error {
	place := r.path
	if line > 0 {
		place += ":" + strconv.Itoa(line)
	}
	return &refusal.UsageError{Err: fmt.Errorf("%s: %s", place, fmt.Sprintf(format, args...)), Remedy: hint}
}

const shape = "a rule has name, where, set and unset; several stand under rules, each with a - before it"

func (r *reader) read(content []byte) ([]Rule, error) {
	var document, next yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(content))
	switch err := documents.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, r.refuse(0, shape, "there is no rule in it")
	case err != nil:
		return nil, r.damaged(err)
	}
	if err := documents.Decode(&next); err == nil { // it would be lost unseen
		return nil, r.refuse(next.Line, shape, "a --- begins another document")
	} else if !errors.Is(err, io.EOF) {
		return nil, r.damaged(err)
	}
	top := document.Content[0]
	if top.Kind != yaml.MappingNode {
		return nil, r.refuse(top.Line, shape, "it is no rule")
	}
	if len(top.Content) == 0 || top.Content[0].Value != "rules" {
		rule, err := r.rule(top)
		return []Rule{rule}, err
	}
	if len(top.Content) > 2 {
		return nil, r.refuse(top.Content[2].Line, shape, "%s stands beside rules", top.Content[2].Value)
	}
	several := top.Content[1]
	if several.Kind != yaml.SequenceNode || len(several.Content) == 0 {
		return nil, r.refuse(several.Line, shape, "rules is no list")
	}
	var all []Rule
	for _, n := range several.Content {
		rule, err := r.rule(n)
		if err != nil {
			return nil, err
		}
		all = append(all, rule)
	}
	return all, nil
}

var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(?s:(.*))$`)

// damaged tells of what is no YAML.
func (r *reader) damaged(err error) error {
	if said := err.Error(); strings.Contains(said, "UTF-8") || strings.Contains(said, "control characters") {
		return r.refuse(0, "--rules takes a file in YAML, saved as UTF-8", "it is no text in UTF-8")
	}
	hint := "an expression or a text with \": \" or \" #\" in it stands in single quotation marks, or below a | in a line of its own"
	if said := err.Error(); strings.Contains(said, " tab ") || strings.Contains(said, "cannot start any token") {
		hint = "lines begin with blanks, not with tabs; a text that begins with @, % or a backquote stands in single quotation marks"
	}
	m := yamlError.FindStringSubmatch(err.Error())
	if m == nil {
		return r.refuse(0, hint, "it is no YAML")
	}
	line, _ := strconv.Atoi(m[1])
	return r.refuse(line, hint, "it is no YAML: %s", m[2])
}

// rule reads one.
func (r *reader) rule(n *yaml.Node) (Rule, error) {
	rule := Rule{File: r.path, Line: n.Line}
	if n.Kind != yaml.MappingNode {
		return rule, r.refuse(n.Line, shape, "it is no rule")
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if seen[key.Value] {
			return rule, r.refuse(key.Line, "", "%s stands there twice", key.Value)
		}
		seen[key.Value] = true
		if err := r.part(&rule, key, value); err != nil {
			return rule, err
		}
	}
	if len(rule.Set) == 0 {
		return rule, r.refuse(n.Line, "add set, or unset", "the rule sets nothing")
	}
	return rule, nil
}

// part reads what stands behind a key.
func (r *reader) part(rule *Rule, key, value *yaml.Node) error {
	var err error
	switch key.Value {
	case "name":
		rule.Name, err = r.text(key.Value, value)
	case "where":
		rule.WhereLine = firstLine(value)
		if rule.Where, err = r.text(key.Value, value); err == nil && strings.TrimSpace(rule.Where) == "" {
			err = r.refuse(value.Line, "leave where out to choose all users", "where is empty")
		}
	case "set", "unset":
		err = r.assignments(rule, key.Value, value)
	default:
		msg := key.Value + " is no part of a rule"
		if near := nearest(key.Value, []string{"name", "where", "set", "unset", "rules"}); near != "" {
			msg += ", did you mean " + near + "?"
		}
		err = r.refuse(key.Line, shape, "%s", msg)
	}
	return err
}

func (r *reader) assignments(rule *Rule, key string, n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		example := map[string]string{"set": "- custom:tier=free", "unset": "- custom:tier"}[key]
		return r.refuse(n.Line, "each in a line of its own, such as "+example, "%s is no list", key)
	}
	for _, e := range n.Content {
		t, err := r.text(key, e)
		if err != nil {
			return err
		}
		a := Assignment{Name: t, Delete: true}
		if key == "set" {
			if a, err = ParseSet(strings.TrimRight(t, "\n")); err != nil {
				msg := strings.TrimPrefix(err.Error(), "--")
				hint := strings.NewReplacer("--set ", "set ", "--unset ", "unset ").Replace(refusal.HintOf(err))
				return r.refuse(e.Line, hint, "%s", msg)
			}
		}
		a.Line = firstLine(e)
		rule.Set = append(rule.Set, a)
	}
	return nil
}

// text is a value that is one. What YAML would take for a number, or for true, is not what somebody wrote.
func (r *reader) text(key string, n *yaml.Node) (string, error) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
		what := map[yaml.Kind]string{yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list", yaml.AliasNode: "an alias"}[n.Kind]
		if n.Kind == yaml.ScalarNode {
			what = n.Value
		}
		if key == "set" && n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Content[1].Kind == yaml.ScalarNode && !strings.Contains(n.Content[0].Value, "=") {
			return "", r.refuse(n.Line, "write - "+n.Content[0].Value+"="+n.Content[1].Value, "%s is no text, but %s", key, what)
		}
		return "", r.refuse(n.Line, "put it in single quotation marks, or below a | in a line of its own", "%s is no text, but %s", key, what)
	}
	return n.Value, nil
}

// firstLine is the line of a file on which a text begins: below a |, the next.
func firstLine(n *yaml.Node) int {
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return n.Line + 1
	}
	return n.Line
}
