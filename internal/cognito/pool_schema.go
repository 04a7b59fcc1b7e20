package cognito

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"attrmigrate/internal/schema"
)

// schemaOf returns the schema that DescribeUserPool's SchemaAttributes tell of.
func schemaOf(list []types.SchemaAttributeType) *schema.Schema {
	attributes := make([]schema.Attribute, len(list))
	for i := range list {
		attributes[i] = attributeOf(&list[i])
	}
	return schema.New(attributes)
}

// attributeOf puts an attribute into our words. What is not said to be immutable is mutable.
func attributeOf(a *types.SchemaAttributeType) schema.Attribute {
	own := schema.Attribute{
		Name:      aws.ToString(a.Name),
		Kind:      schema.Kind(a.AttributeDataType),
		Immutable: a.Mutable != nil && !*a.Mutable,
		Required:  aws.ToBool(a.Required),
	}
	if c := a.StringAttributeConstraints; c != nil {
		own.MinLength, own.MaxLength = aws.ToString(c.MinLength), aws.ToString(c.MaxLength)
	}
	if c := a.NumberAttributeConstraints; c != nil {
		own.MinValue, own.MaxValue = aws.ToString(c.MinValue), aws.ToString(c.MaxValue)
	}
	return own
}
