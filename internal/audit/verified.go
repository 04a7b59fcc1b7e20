package audit

import (
	"slices"
	"strings"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/schema"
	"attrmigrate/sources"
)

const flagSuffix = "_verified"

// addresses are the attributes with a verified flag, which Cognito sets to false when the address
// changes and the same call does not set it ("Working with user attributes").
var addresses = [...]string{"email", "phone_number"}

// IsAddress tells whether an attribute is one with a verified flag: email or phone_number.
func IsAddress(name string) bool { return slices.Contains(addresses[:], name) }

// addressOf is the address that a verified flag belongs to.
func addressOf(name string) (address string, ok bool) {
	address, ok = strings.CutSuffix(name, flagSuffix)
	return address, ok && IsAddress(address)
}

// find returns the attribute of a name.
func find(list []sources.Attribute, name string) (a sources.Attribute, ok bool) {
	i := slices.IndexFunc(list, func(a sources.Attribute) bool { return a.Name == name })
	if i < 0 {
		return sources.Attribute{}, false
	}
	return list[i], true
}

// verifies tells whether a list sets a flag to true.
func verifies(list []sources.Attribute, flag string) bool {
	a, ok := find(list, flag)
	return ok && schema.IsTrue(target(a))
}

// resetWith tells whether name is a verified flag whose address changes in the same call.
func resetWith(live *cognito.User, name string, list []sources.Attribute) bool {
	address, ok := addressOf(name)
	if !ok {
		return false
	}
	a, ok := find(list, address)
	return ok && target(a) != valueOf(live, address)
}

// addressAfter is the address that a verified flag will belong to, "" for none.
func addressAfter(live *cognito.User, flag string, list []sources.Attribute) string {
	address, _ := addressOf(flag)
	if a, ok := find(list, address); ok {
		return target(a)
	}
	return valueOf(live, address)
}

// moot tells whether an attribute is a flag to be false where there is no address. That holds by
// itself, and Cognito refuses to be told so.
func moot(a sources.Attribute, address string) bool {
	_, ok := addressOf(a.Name)
	return ok && address == "" && schema.IsFalse(target(a))
}

// withKeptFlags adds the flags that are true and would be reset. It does not modify list.
func withKeptFlags(live *cognito.User, list []sources.Attribute) []sources.Attribute {
	for _, address := range addresses {
		flag := address + flagSuffix
		a, given := find(list, address)
		if _, said := find(list, flag); !given || said || target(a) == "" {
			continue
		}
		if target(a) != valueOf(live, address) && schema.IsTrue(valueOf(live, flag)) {
			list = append(slices.Clip(list), attribute(flag, "true"))
		}
	}
	return list
}

// Before returns the before-image of what is sent to a user: the attributes that bring the user back.
// A verified flag belongs to it when its address is sent, for Cognito resets the flag.
func Before(live *cognito.User, sent []sources.Attribute) []sources.Attribute {
	var image []sources.Attribute
	for _, a := range sent {
		if address, ok := addressOf(a.Name); ok && sendsAddress(sent, address) {
			continue // it comes with the address
		}
		was := valueOf(live, a.Name)
		image = append(image, attribute(a.Name, was))
		if !IsAddress(a.Name) {
			continue
		}
		// Where there was no address, Cognito refuses any value of the flag: it can only be deleted, if
		// it was absent. If it was there, deleting the address leaves it as it was, at false.
		flag := a.Name + flagSuffix
		if verified := valueOf(live, flag); was != "" || verified == "" {
			image = append(image, attribute(flag, verified))
		}
	}
	return image
}

func sendsAddress(sent []sources.Attribute, address string) bool {
	_, ok := find(sent, address)
	return ok
}
