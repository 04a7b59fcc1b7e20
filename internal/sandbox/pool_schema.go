package sandbox

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
)

// fullSchema returns the standard attributes, as the input of CreateUserPool changes them, and the custom ones under
// their full names.
func fullSchema(given []attributeSchema) ([]attributeSchema, error) {
	all := standardAttributes()
	var custom []attributeSchema
	seen := map[string]bool{}
	for _, a := range given {
		i := slices.IndexFunc(all, func(b attributeSchema) bool { return b.Name == a.Name })
		switch {
		case i < 0:
			custom = append(custom, a)
			continue
		case seen[a.Name]:
			return nil, errTwice(a.Name)
		}
		seen[a.Name] = true
		var err error
		if all[i], err = changedStandard(all[i], a); err != nil {
			return nil, err
		}
	}
	return addCustom(all, custom)
}

// changedStandard returns a standard attribute as the input changes it: its type stays what it is.
func changedStandard(standard, given attributeSchema) (attributeSchema, error) {
	if given.AttributeDataType == "" {
		given.AttributeDataType = standard.AttributeDataType
	}
	if given.AttributeDataType != standard.AttributeDataType || given.DeveloperOnlyAttribute {
		return given, invalidParameter("You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute %s", given.Name)
	}
	if given.StringAttributeConstraints == nil {
		given.StringAttributeConstraints = standard.StringAttributeConstraints
	}
	if given.NumberAttributeConstraints == nil {
		given.NumberAttributeConstraints = standard.NumberAttributeConstraints
	}
	return withMutable(given), checkConstraints(given)
}

// addCustom returns the attributes of a pool, which have their full names, with custom ones, which do not.
func addCustom(all, given []attributeSchema) ([]attributeSchema, error) {
	all = slices.Clone(all)
	for _, a := range given {
		if err := checkCustom(a); err != nil {
			return nil, err
		}
		prefix := customPrefix
		if a.DeveloperOnlyAttribute {
			prefix = developerPrefix
		}
		a.Name = prefix + a.Name
		if slices.ContainsFunc(all, func(b attributeSchema) bool { return b.Name == a.Name }) {
			return nil, errTwice(a.Name)
		}
		all = append(all, withMutable(a))
	}
	custom := 0
	for _, a := range all {
		if strings.HasPrefix(a.Name, customPrefix) || strings.HasPrefix(a.Name, developerPrefix) {
			custom++
		}
	}
	if custom > maxCustomCount {
		return nil, invalidParameter("a pool has at most %d custom attributes", maxCustomCount)
	}
	return all, nil
}

func errTwice(name string) error { return invalidParameter("%s: the attribute is there twice", name) }

// checkCustom refuses what AWS documents that a custom attribute cannot be.
func checkCustom(a attributeSchema) error {
	switch {
	case checkValue("name", "CustomAttributeNameType", a.Name) != nil || strings.HasPrefix(a.Name, customPrefix):
		return invalidParameter("%q: the name of a custom attribute has 1 to %d characters and no prefix", a.Name, maxCustomName)
	case a.Required:
		return invalidParameter("Required custom attributes are not supported currently.")
	case a.AttributeDataType == "":
		return invalidParameter("Invalid AttributeDataType input, consider using the provided AttributeDataType enum.")
	}
	return checkConstraints(a)
}

// checkConstraints refuses bounds that no value, or no pool of AWS, could have.
func checkConstraints(a attributeSchema) error {
	if c := a.StringAttributeConstraints; c != nil && a.AttributeDataType == "String" {
		least, err := bound(c.MinLength)
		most, wrong := bound(c.MaxLength)
		longest := big.NewRat(maxValue, 1)
		switch {
		case err != nil || wrong != nil:
			return invalidParameter("%s: %v", a.Name, cmp.Or(err, wrong))
		case negative(least) || negative(most):
			return invalidParameter("%s: the lengths of a String are whole numbers from 0 to %d", a.Name, maxValue)
		case least != nil && least.Cmp(longest) > 0 || most != nil && most.Cmp(longest) > 0:
			return invalidParameter("user.%s: String attributes cannot have a length of more than %d", a.Name, maxValue)
		case least != nil && most != nil && least.Cmp(most) > 0:
			return invalidParameter("user.%s: Max length cannot be less than min length.", a.Name)
		}
	}
	if c := a.NumberAttributeConstraints; c != nil && a.AttributeDataType == "Number" {
		least, err := bound(c.MinValue)
		most, wrong := bound(c.MaxValue)
		switch {
		case err != nil || wrong != nil:
			return invalidParameter("%s: %v", a.Name, cmp.Or(err, wrong))
		case least != nil && most != nil && least.Cmp(most) > 0:
			return invalidParameter("user.%s: Max value cannot be less than min value.", a.Name)
		}
	}
	return nil
}

func negative(n *big.Rat) bool { return n != nil && (n.Sign() < 0 || !n.IsInt()) }

func withMutable(a attributeSchema) attributeSchema {
	if a.Mutable == nil {
		mutable := true
		a.Mutable = &mutable
	}
	return a
}
