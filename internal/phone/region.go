package phone

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// RegionError refuses what is no region.
type RegionError struct{ Given string }

func (e *RegionError) Error() string {
	if meant := meant(e.Given); meant != "" {
		return fmt.Sprintf("%q is no region, did you mean %s?", e.Given, meant)
	}
	return fmt.Sprintf("%q is no region, want two letters of ISO 3166, such as DE or US", e.Given)
}

// Region returns a region as ISO 3166 writes it, in capitals; the error is a *[RegionError].
func Region(text string) (string, error) {
	if region := strings.ToUpper(text); phonenumbers.GetSupportedRegions()[region] {
		return region, nil
	}
	return "", &RegionError{text}
}

// Regions are all that there are.
func Regions() []string { return slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions())) }

// CallingCode is that of a region, as 49; it is the same for regions that share a plan.
func CallingCode(region string) string {
	return strconv.Itoa(phonenumbers.GetCountryCodeForRegion(region))
}

// meant is the region that a text may stand for: a calling code, or what people call the United Kingdom.
func meant(text string) string {
	if strings.EqualFold(text, "UK") {
		return "GB"
	}
	code, err := strconv.Atoi(strings.TrimLeft(text, "+0"))
	if err != nil {
		return ""
	}
	if region := phonenumbers.GetRegionCodeForCountryCode(code); phonenumbers.GetSupportedRegions()[region] {
		return region
	}
	return ""
}
