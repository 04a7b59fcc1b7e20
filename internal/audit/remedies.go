package audit

import (
	"slices"

	"attrmigrate/internal/refusal"
)

// maxRemedies is how many are shown of the records that cannot be applied.
const maxRemedies = 3

// addRemedies keeps the hints of an error, which may be several joined, among the first few different ones.
func addRemedies(list []string, err error) []string {
	if len(list) == maxRemedies {
		return list
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range several.Unwrap() {
			list = addRemedies(list, one)
		}
		return list
	}
	if hint := refusal.HintOf(err); hint != "" && !slices.Contains(list, hint) {
		return append(list, hint)
	}
	return list
}
