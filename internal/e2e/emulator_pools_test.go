package e2e

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// loyaltyPool has plain usernames, and custom attributes of each sort.
func loyaltyPool() cip.CreateUserPoolInput {
	return cip.CreateUserPoolInput{Schema: []types.SchemaAttributeType{
		textAttribute("tier", "20"),
		{Name: aws.String("points"), AttributeDataType: types.AttributeDataTypeNumber, Mutable: aws.Bool(true),
			NumberAttributeConstraints: &types.NumberAttributeConstraintsType{MinValue: aws.String("0"), MaxValue: aws.String("1000000")}},
		textAttribute("note", "2048"),
		{Name: aws.String("joined"), AttributeDataType: types.AttributeDataTypeString, Mutable: aws.Bool(false)},
		{Name: aws.String("given_name"), AttributeDataType: types.AttributeDataTypeString, Mutable: aws.Bool(true), Required: aws.Bool(true)},
	}}
}

func textAttribute(name, longest string) types.SchemaAttributeType {
	return types.SchemaAttributeType{Name: &name, AttributeDataType: types.AttributeDataTypeString, Mutable: aws.Bool(true),
		StringAttributeConstraints: &types.StringAttributeConstraintsType{MinLength: aws.String("0"), MaxLength: &longest}}
}

// with returns the pool as a change makes it.
func with(pool cip.CreateUserPoolInput, change func(*cip.CreateUserPoolInput)) cip.CreateUserPoolInput {
	change(&pool)
	return pool
}

// foldingPool ignores case.
func foldingPool() cip.CreateUserPoolInput {
	return with(loyaltyPool(), func(p *cip.CreateUserPoolInput) {
		p.UsernameConfiguration = &types.UsernameConfigurationType{CaseSensitive: aws.Bool(false)}
	})
}

// aliasPool lets users sign in by their verified e-mail address, too.
func aliasPool() cip.CreateUserPoolInput {
	return with(loyaltyPool(), func(p *cip.CreateUserPoolInput) {
		p.AliasAttributes = []types.AliasAttributeType{types.AliasAttributeTypeEmail}
	})
}

// addressPool has e-mail addresses for usernames.
func addressPool() cip.CreateUserPoolInput {
	return with(loyaltyPool(), func(p *cip.CreateUserPoolInput) {
		p.UsernameAttributes = []types.UsernameAttributeType{types.UsernameAttributeTypeEmail}
	})
}

// informingPool sends a code to each new e-mail address, which counts at once.
func informingPool() cip.CreateUserPoolInput {
	return with(loyaltyPool(), func(p *cip.CreateUserPoolInput) {
		p.AutoVerifiedAttributes = []types.VerifiedAttributeType{types.VerifiedAttributeTypeEmail}
	})
}

// waitingPool sends a code to each new e-mail address, which counts when its user has entered it.
func waitingPool() cip.CreateUserPoolInput {
	return with(informingPool(), func(p *cip.CreateUserPoolInput) {
		p.UserAttributeUpdateSettings = &types.UserAttributeUpdateSettingsType{
			AttributesRequireVerificationBeforeUpdate: []types.VerifiedAttributeType{types.VerifiedAttributeTypeEmail}}
	})
}

// developerPool has an attribute that only administrators write and see.
func developerPool() cip.CreateUserPoolInput {
	return with(loyaltyPool(), func(p *cip.CreateUserPoolInput) {
		cost := textAttribute("cost", "20")
		cost.DeveloperOnlyAttribute = aws.Bool(true)
		p.Schema = append(p.Schema, cost)
	})
}
