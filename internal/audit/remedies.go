package audit

import (
	"fmt"
	"strings"

	"attrmigrate/internal/cognito"
)

// people is what people call an attribute.
func people(attribute string) string {
	switch attribute {
	case "email":
		return "e-mail address"
	case "phone_number":
		return "phone number"
	case "preferred_username":
		return "preferred username"
	default:
		return attribute
	}
}

func plural(noun string) string {
	if strings.HasSuffix(noun, "s") {
		return noun + "es"
	}
	return noun + "s"
}

// describe says what a hazard means in this pool, and what to do about it.
func describe(p *cognito.Pool, h *Hazard) (text, remedy string) {
	switch h.Kind {
	case addressHeld, addressShared:
		return describeOwners(p, h)
	case verifiedReset, awaiting, messages, triggersRun:
		return describeVerification(p, h)
	case ambiguousName:
		return amount(h.Count, "name", "names") + " of records fit two users: the plan has the one that was read first",
			"name these users by their sub"
	case federated:
		return amount(h.Count, "user", "users") + " of an identity provider: the next sign-in overwrites what the provider maps",
			"change mapped attributes at the provider"
	case disabled:
		return amount(h.Count, "disabled user", "disabled users") + " among those to change",
			"take the records out if these accounts are to stay as they are"
	case unconfirmed:
		return amount(h.Count, "user", "users") + " among those to change never confirmed the account",
			"take the records out if these accounts are not wanted"
	case nameChanged:
		return amount(h.Count, "record", "records") + fmt.Sprintf(" named by the %s that changes: applied again, it finds no user", people(h.Attribute)),
			"apply plan.jsonl, which names users by their username"
	case unseen:
		return amount(h.Count, "record", "records") + " with client metadata, and the pool has no Lambda trigger that would see it",
			"take it out: Cognito does not store it"
	default: // twoNames
		return amount(h.Count, "user", "users") + " named in two ways: apply cannot keep such records in order",
			"apply plan.jsonl, which has one record a user"
	}
}

func describeOwners(p *cognito.Pool, h *Hazard) (text, remedy string) {
	what := people(h.Attribute)
	taken := "whoever verifies it last takes it away from the other"
	if len(p.UsernameAttributes) > 0 || !IsAddress(h.Attribute) {
		taken = "the pool refuses it"
	}
	if h.Kind == addressHeld {
		return amount(h.Count, "new "+what, "new "+plural(what)) + " held by another user already: " + taken,
			"find out whose it is, and take the record out or change the other user first"
	}
	return fmt.Sprintf("%s for the same %s: %s", amount(h.Count, "user", "users"), what, taken),
		"leave it with one of them"
}

func describeVerification(p *cognito.Pool, h *Hazard) (text, remedy string) {
	what := people(h.Attribute)
	flag := h.Attribute + flagSuffix
	changes := amount(h.Count, "new "+what, "new "+plural(what))
	keep := "if you have verified these addresses yourself, --verified keep"
	switch h.Kind {
	case verifiedReset:
		if newNaming(p).names(h.Attribute) && len(p.AliasAttributes) > 0 {
			return fmt.Sprintf("%s without %s: Cognito resets it, and these users can't sign in by %s until they verify", changes, flag, what), keep
		}
		return fmt.Sprintf("%s without %s: Cognito resets it, and these users can't recover a password by it until they verify", changes, flag), keep
	case awaiting:
		return changes + " held back: the pool keeps the old one until the user verifies the new one",
			"if you have verified these addresses yourself, send " + flag + " true (--verified keep where it was true)"
	case triggersRun:
		return fmt.Sprintf("Lambda triggers that run: %s, for %s", strings.Join(messageTriggers(p, h.Attribute), " and "), changes),
			"see that the functions bear the rate: what fails in them fails the update"
	default: // messages
		return describeMessages(p, h, flag)
	}
}

func describeMessages(p *cognito.Pool, h *Hazard, flag string) (text, remedy string) {
	quiet := "send " + flag + " true with addresses that you have verified (--verified keep where it was true)"
	if h.Attribute == "phone_number" {
		return amount(h.Count, "text message", "text messages") + " to users, with a code; Amazon SNS charges for them", quiet
	}
	text = amount(h.Count, "e-mail", "e-mails") + " to users, with a code"
	if p.DefaultEmailSender {
		return text + "; Cognito's own sender sends 50 a day for the whole account",
			quiet + ", or have the pool send through Amazon SES"
	}
	return text, quiet
}
