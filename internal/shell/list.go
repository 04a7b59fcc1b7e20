package shell

import "strings"

// List writes names as the one value of a flag that takes several, separated by commas. A comma in a name has a
// backslash before it. The value is not quoted.
func List(names ...string) string {
	escaped := make([]string, len(names))
	for i, name := range names {
		escaped[i] = strings.ReplaceAll(name, ",", `\,`)
	}
	return strings.Join(escaped, ",")
}

// SplitList is the names of a list, without the blanks around them.
func SplitList(list string) []string {
	var names []string
	name := ""
	for part := range strings.SplitSeq(list, ",") {
		name += part
		if before, escaped := strings.CutSuffix(name, `\`); escaped {
			name = before + ","
			continue
		}
		names = append(names, strings.TrimSpace(name))
		name = ""
	}
	if name != "" { // it ends in a backslash, which escapes nothing
		names = append(names, strings.TrimSpace(strings.TrimSuffix(name, ",")+`\`))
	}
	return names
}
