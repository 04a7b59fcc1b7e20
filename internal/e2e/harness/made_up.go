package harness

import "fmt"

// Address is one of the addresses of a made-up user, which no other user has. The first two are one e-mail address in two
// spellings.
func Address(user int, name string, version int) string {
	switch {
	case name == "phone_number":
		return fmt.Sprintf("+1555%04d%02d", user, version)
	case version == 1:
		return fmt.Sprintf("USER-%d.0@Example.com", user)
	default:
		return fmt.Sprintf("user-%d.%d@example.com", user, version)
	}
}

// Nullable are the values of a record as JSON has them: null for none.
func Nullable(values map[string]string) map[string]any {
	all := map[string]any{}
	for name, value := range values {
		all[name] = value
		if value == "" {
			all[name] = nil
		}
	}
	return all
}

// Cells are the values of a record as CSV has them, by column.
func Cells(set, expect map[string]string) map[string]string {
	cells := map[string]string{}
	for prefix, values := range map[string]map[string]string{"": set, "expect:": expect} {
		for name, value := range values {
			if value == "" {
				value = "<delete>"
			}
			cells[prefix+name] = value
		}
	}
	return cells
}
