package job

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/rundir"
	"attrmigrate/sources"
)

// DecodingOf is how the inputs of a run are read, as its fingerprint has it.
func DecodingOf(f checkpoint.Fingerprint) (o sources.Options, err error) {
	o.DeleteMarker = DefaultDeleteMarker
	o.Trim = f[rundir.ByTrim] != ""
	o.Format = map[string]sources.Format{"csv": sources.CSV, "jsonl": sources.JSONL}[f[rundir.ByFormat]]
	o.Empty = map[string]sources.EmptyPolicy{"delete": sources.DeleteEmpty, "error": sources.RefuseEmpty}[f[rundir.ByEmpty]]
	if text := f[rundir.BySeparator]; text != "" {
		char, err := strconv.Unquote(text)
		if err != nil {
			return o, fmt.Errorf("%s: %w", rundir.BySeparator, err)
		}
		o.Separator, _ = utf8.DecodeRuneInString(char)
	}
	for _, one := range []struct {
		name string
		into *string
	}{{rundir.ByUsername, &o.UsernameColumn}, {rundir.ByMarker, &o.DeleteMarker}} {
		if text := f[one.name]; text != "" {
			if *one.into, err = strconv.Unquote(text); err != nil {
				return o, fmt.Errorf("%s: %w", one.name, err)
			}
		}
	}
	if o.Ignore, err = quoted(f[rundir.ByIgnore]); err != nil {
		return o, fmt.Errorf("%s: %w", rundir.ByIgnore, err)
	}
	if o.EmptyValues, err = quoted(f[rundir.ByEmptyValue]); err != nil {
		return o, fmt.Errorf("%s: %w", rundir.ByEmptyValue, err)
	}
	pairs, err := quoted(f[rundir.ByMap])
	if err != nil || len(pairs)%2 != 0 {
		return o, fmt.Errorf("%s: it is no list of pairs", rundir.ByMap)
	}
	for i := 0; i < len(pairs); i += 2 {
		if o.Rename == nil {
			o.Rename = map[string]string{}
		}
		o.Rename[pairs[i]] = pairs[i+1]
	}
	return o, nil
}

// quoted are the texts of a list, or of pairs, one after the other: what listText and pairsText write.
func quoted(text string) (all []string, err error) {
	for text != "" {
		one, err := strconv.QuotedPrefix(text)
		if err != nil {
			return nil, err
		}
		word, err := strconv.Unquote(one)
		if err != nil {
			return nil, err
		}
		all = append(all, word)
		text = strings.TrimLeft(text[len(one):], " =")
	}
	return all, nil
}
