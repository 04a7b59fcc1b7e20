package rules

// misquoted tells of an expression that a shell, or a document, has spoiled.
func misquoted(source string, as role) *mistake { return nil }
