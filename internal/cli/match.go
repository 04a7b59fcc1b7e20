package cli

import (
	"errors"
	"fmt"
	"strings"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/refusal"
	"attrmigrate/sources"
)

// matching takes the value of --match. What stands in front of the last = is the column, whose name may have one.
func (o *ruleOptions) matching(text string) error {
	i := strings.LastIndex(text, "=")
	column, attribute := strings.TrimSpace(text[:max(i, 0)]), strings.TrimSpace(text[i+1:])
	switch {
	case o.match != "":
		return errors.New("it is given twice")
	case i < 0 || column == "" || attribute == "":
		return errors.New("want COLUMN=ATTRIBUTE, such as Email=email")
	}
	o.column, o.match = column, attribute
	return nil
}

// dataOptions is how inputs are read that are data.
func (o *options) dataOptions() sources.Options {
	d := o.decoding
	d.Data, d.UsernameColumn = true, o.rule.column
	d.Setting = func(field, value string) string {
		if field == "UsernameColumn" {
			return "--match"
		}
		return flagOfSetting(field, value)
	}
	return d
}

// forChangeSets are the flags that mean nothing for data.
var forChangeSets = []string{"--username-column", "--map", "--ignore", "--empty", "--delete-marker"}

// validateData refuses what goes with change sets only.
func (o *options) validateData() error {
	for _, word := range o.decodingFlags() {
		for _, flag := range forChangeSets {
			if word == flag {
				return &refusal.UsageError{Err: fmt.Errorf("%s is for change sets, and with --match the files are data", flag),
					Remedy: `a rule reads any column by its name, row["COLUMN"], and --unset or DELETE deletes`}
			}
		}
	}
	switch {
	case o.onlyFailed != "":
		return &refusal.UsageError{Err: errors.New("--only-failed and --match exclude each other: nothing was applied of the rows of data"),
			Remedy: "apply errors.csv of that run, or plan again: what is right already is left out"}
	case o.read == audit.Lookup && o.rule.filter+o.rule.group != "":
		return &refusal.UsageError{Err: errors.New("--read lookup finds users whom --filter or --group has not chosen"), Remedy: "leave it out: those that were chosen are read"}
	case o.read == audit.Lookup && !audit.MayLookUp(o.rule.match):
		return &refusal.UsageError{Err: fmt.Errorf("--read lookup cannot find users by %s: ListUsers has no filter for it", o.rule.match), Remedy: "leave it out: the pool is read"}
	default:
		return nil
	}
}
