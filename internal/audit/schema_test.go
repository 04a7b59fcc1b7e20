package audit

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"attrmigrate/internal/cognito"
)

// exampleSchema has the standard attributes and custom:tier, of at most 10 characters.
func exampleSchema() *cognito.Schema {
	return cognito.NewSchema([]types.SchemaAttributeType{{
		Name: aws.String("custom:tier"), AttributeDataType: types.AttributeDataTypeString, Mutable: aws.Bool(true),
		StringAttributeConstraints: &types.StringAttributeConstraintsType{MaxLength: aws.String("10")},
	}})
}
