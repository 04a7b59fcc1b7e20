package cognito

import (
	"reflect"
	"testing"

	"attrmigrate/internal/schema"
)

// TestPoolSchema: what DescribeUserPool says of attributes arrives in the schema, and hints lead to the pool.
func TestPoolSchema(t *testing.T) {
	s := serve(t, text(200, describedPool))
	p, err := clientOf(t, s.URL).Pool(t.Context(), testPool)
	if err != nil {
		t.Fatal(err)
	}
	want := schema.New([]schema.Attribute{
		{Name: "sub", Kind: schema.String, Immutable: true, Required: true, MinLength: "1", MaxLength: "2048"},
		{Name: "email", Kind: schema.String, Required: true, MinLength: "0", MaxLength: "2048"},
		{Name: "custom:tier", Kind: schema.String, MinLength: "1", MaxLength: "20"},
		{Name: "custom:id", Kind: schema.String, Immutable: true},
		{Name: "custom:points", Kind: schema.Number, MinValue: "-10", MaxValue: "99.5"},
		{Name: "custom:huge", Kind: schema.Number, MaxValue: "100000000000000000000.5"},
		{Name: "custom:since", Kind: schema.DateTime},
		{Name: "custom:vip", Kind: schema.Boolean},
		{Name: "dev:custom:risk", Kind: schema.Number},
	}).WithFlags("--user-pool-id us-east-1_Ab12Cd34E --region us-east-1 --endpoint-url " + s.URL)
	if !reflect.DeepEqual(p.Schema, want) {
		t.Errorf("got  %+v\nwant %+v", p.Schema, want)
	}
}
