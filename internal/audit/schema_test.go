package audit

import "attrmigrate/internal/schema"

// exampleSchema has the standard attributes and custom:tier, of at most 10 characters.
func exampleSchema() *schema.Schema {
	return schema.New([]schema.Attribute{{Name: "custom:tier", Kind: schema.String, MaxLength: "10"}})
}
