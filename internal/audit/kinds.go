package audit

import (
	"fmt"
	"slices"
	"strings"
)

// The kinds of warnings that a plan can tell of.
const (
	addressHeld   = "address-held"
	addressShared = "address-shared"
	addressCircle = "address-circle"
	addressPassed = "address-passed"
	ambiguousName = "ambiguous-name"
	partsApart    = "rows-apart"
	listingCut    = "listing-cut"

	unknownAttributes = "unknown-attributes"
	verifiedReset     = "verified-reset"
	verifiedKept      = "verified-kept"
	awaiting          = "awaiting-verification"
	messages          = "messages"
	triggersRun       = "triggers"
	federated         = "federated"
	disabled          = "disabled"
	unconfirmed       = "unconfirmed"
	nameChanged       = "name-changed"
	twoNames          = "two-names"
	unseen            = "metadata-unseen"
)

// The kinds that are told only of records whose users are not known.
const (
	addressClaimed = "address-claimed" // it is sent as verified, and may be an alias of another user
	poolUnknown    = "pool-unknown"    // it changes in a pool that was not described
	expiring       = "token-expires"   // before its turn
	expecting      = "preconditions"
	idle           = "nothing-to-change"
)

// kind is a sort of warning, with the words for it.
type kind struct {
	name string
	// planned are the words of a plan, which knows the users, and foreseen those about records alone, which
	// may turn out to be right already; nil where it is not told.
	planned, foreseen words
	note              bool // it is nothing to worry about
	located           bool // foreseen, too, it is told where
}

// words say what a warning means on these terms, and what to do about it.
type words func(w *Warning, t *Terms) (text, remedy string)

// kinds are all of them, the gravest first: the order in which they are told.
var kinds = [...]kind{
	{name: addressHeld, located: true, planned: isHeld},
	{name: addressShared, located: true, planned: isShared},
	{name: addressCircle, located: true, planned: circles},
	{name: addressPassed, note: true, located: true, planned: passed},
	{name: addressClaimed, foreseen: mayBeHeld},
	{name: ambiguousName, planned: counted("name",
		" of records fits two users: the plan has the one that was read first", "name the user by the sub",
		" of records fit two users: the plan has the one that was read first", "name these users by their sub")},
	{name: unknownAttributes, located: true, planned: lacks, foreseen: lacks},
	{name: listingCut, located: true, planned: isCutListing, foreseen: isCutListing},
	{name: partsApart, located: true, planned: areApart, foreseen: areApart},
	{name: placeholder, located: true, planned: standForNone, foreseen: standForNone},
	{name: replacement, located: true, planned: lostLetters, foreseen: lostLetters},
	{name: control, located: true, planned: controlled, foreseen: controlled},
	{name: invisible, located: true, planned: unseeable, foreseen: unseeable},
	{name: blanks, located: true, planned: blankAtEnds, foreseen: blankAtEnds},
	{name: escapedComma, located: true, planned: escaped, foreseen: escaped},
	{name: spreadsheet, located: true, planned: recalculated, foreseen: recalculated},
	{name: phoneDoubtful, located: true, planned: isDoubtful, foreseen: isDoubtful},
	{name: poolUnknown, foreseen: unknownPool},
	{name: verifiedReset, planned: reset, foreseen: mayReset},
	{name: verifiedKept, planned: keeps, foreseen: keeps},
	{name: awaiting, planned: heldBack, foreseen: mayWait},
	{name: messages, planned: codes, foreseen: mayCode},
	{name: triggersRun, planned: triggers},
	{name: federated, planned: alike("user", " of an identity provider: the next sign-in overwrites what the provider maps",
		"change mapped attributes at the provider")},
	{name: disabled, planned: among("disabled user", " among those to change", " if this account is to stay as it is", " if these accounts are to stay as they are")},
	{name: unconfirmed, planned: among("user", " among those to change never confirmed the account", " if this account is not wanted", " if these accounts are not wanted")},
	{name: nameChanged, planned: renamed},
	{name: twoNames, planned: alike("user", " named in two ways: apply cannot keep such records in order",
		"apply plan.jsonl, which has one record a user")},
	{name: expiring, foreseen: counted("access token",
		" will have expired when it is its turn, and fails then", "--rate off, if the account's quota allows it; or apply in parts, each with fresh tokens",
		" will have expired when it is their turn, and fail then", "--rate off, if the account's quota allows it; or apply in parts, each with fresh tokens")},
	{name: phoneRespelled, note: true, located: true, planned: isRespelled, foreseen: isRespelled},
	{name: cutRow, note: true, located: true, planned: isCut, foreseen: isCut},
	{name: expecting, note: true, foreseen: mayConflict},
	{name: unseen, planned: alike("record", " with client metadata, and the pool has no Lambda trigger that would see it",
		"take it out: Cognito does not store it"), foreseen: nobodySees},
	{name: idle, foreseen: nothingToDo},
}

// gravity is the place of a kind among them.
func gravity(name string) int {
	return slices.IndexFunc(kinds[:], func(k kind) bool { return k.name == name })
}

// counted are words that begin with the number of a noun: those for one, and those for several.
func counted(noun, one, remedyOfOne, more, remedy string) words {
	return func(w *Warning, _ *Terms) (string, string) {
		return several(w.Count, noun) + either(w.Count, one, more), either(w.Count, remedyOfOne, remedy)
	}
}

// alike are such words where they are the same for one and for several.
func alike(noun, text, remedy string) words { return counted(noun, text, remedy, text, remedy) }

// among are words about users, whom a person may want to leave out.
func among(noun, text, one, more string) words {
	return func(w *Warning, t *Terms) (string, string) {
		return several(w.Count, noun) + text, t.leaveOut(w.Count) + either(w.Count, one, more)
	}
}

// leaveOut is what is done where a user is not to be changed.
func (t *Terms) leaveOut(users int64) string {
	if t.Ruled {
		return "have --where leave " + either(users, "that user", "those users") + " out"
	}
	return either(users, "take the record out", "take the records out")
}

func isHeld(w *Warning, t *Terms) (text, remedy string) {
	remedy = t.leaveOut(w.Count) + either(w.Count, " or change the other user first", " or change the other users first")
	what := newOnes(w)
	if w.Taken > 0 {
		it := either(w.Taken, "it", "them")
		what = several(w.Count, people(w.Attribute)) // or only its flag is new
		remedy += fmt.Sprintf("; --allow-takeover takes %s, and undo gives %[1]s back", it)
		if t.AllowTakeover {
			remedy = "undo gives " + it + " back"
		}
	}
	return what + either(w.Count, " held by another user already: ", " held by other users already: ") + taken(w, t, w.Count), remedy
}

func isShared(w *Warning, t *Terms) (text, remedy string) {
	what := taken(w, t, 1)
	if w.Taken > 0 {
		what = "sent as verified, each takes it away from the one before"
	}
	return fmt.Sprintf("%s for the same %s: %s", several(w.Count, "user"), people(w.Attribute), what), "leave it with one of them"
}

// taken is what becomes of so many addresses that other users have.
func taken(w *Warning, t *Terms, addresses int64) string {
	switch {
	case len(t.Pool.UsernameAttributes) > 0 || !IsAddress(w.Attribute):
		return either(addresses, "the pool refuses it", "the pool refuses them")
	case w.Taken == 0:
		return either(addresses, "whoever verifies it last takes it away from the other", "whoever verifies one last takes it away from the other")
	case w.Taken < w.Count:
		return fmt.Sprintf("%s sent as verified, and so taken away from the other at once; else whoever verifies it last takes it", number(w.Taken))
	default:
		return either(addresses, "sent as verified it is taken away from the other at once", "sent as verified they are taken away from the others at once")
	}
}

func circles(w *Warning, _ *Terms) (text, remedy string) {
	return fmt.Sprintf("%s swap each other's %s: the pool takes none that another still has, in whatever order",
		several(w.Count, "user"), people(w.Attribute)), "give one of them another one first, in a run of its own"
}

func passed(w *Warning, _ *Terms) (text, remedy string) {
	return fmt.Sprintf("%s passed on from one user of the change set to another: plan.jsonl has %s in the order that works",
		several(w.Count, people(w.Attribute)), either(w.Count, "it", "them")), "apply plan.jsonl"
}

func mayBeHeld(w *Warning, _ *Terms) (text, remedy string) {
	return fmt.Sprintf("up to %s sent as verified (%s): if another user signs in by %s, that user can't any more",
		several(w.Count, shortly(w.Attribute)), w.Attribute+flagSuffix, either(w.Count, "it", "one of them")), "plan finds " + either(w.Count, "it", "them")
}

// claimed says of addresses that are sent as verified what was found of their holders.
func claimed(w *Warning, taken int64) (text, remedy string, note bool) {
	text = fmt.Sprintf("up to %s sent as verified (%s): ", several(w.Count, shortly(w.Attribute)), w.Attribute+flagSuffix)
	if taken == 0 {
		return text + "none was found to be taken from another user", "", true
	}
	return text + several(taken, "sign-in address") + either(taken, " taken from another user", " taken from other users"),
		"undo.jsonl gives " + either(taken, "it", "them") + " back", false
}

func unknownPool(w *Warning, _ *Terms) (text, remedy string) {
	it := either(w.Count, "it", "them")
	return fmt.Sprintf("%s: what becomes of %s is the pool's affair; it may send up to %s, with a code to verify %s",
		changesOf(w), it, several(w.Count, "message"), it), ""
}

func reset(w *Warning, t *Terms) (text, remedy string) {
	return fmt.Sprintf("%s without %s: Cognito resets it, and %s can't %s until %s", newOnes(w), w.Attribute+flagSuffix,
		either(w.Count, "this user", "these users"), lost(w, t, people(w.Attribute)), verify(w)), verifiedAlready(w, t)
}

func mayReset(w *Warning, t *Terms) (text, remedy string) {
	return fmt.Sprintf("%s %s: %s can't %s until %s", changesOf(w), either(w.Count, "resets ", "reset ")+w.Attribute+flagSuffix,
		either(w.Count, "that user", "those users"), lost(w, t, shortly(w.Attribute)), verify(w)), verifiedAlready(w, t)
}

// verify is what gives users their address back.
func verify(w *Warning) string { return either(w.Count, "it is verified", "they verify") }

// lost is what users cannot do with an address that is not verified.
func lost(w *Warning, t *Terms, address string) string {
	if slices.Contains(t.Pool.AliasAttributes, w.Attribute) {
		return "sign in by " + address
	}
	return "recover a password by it"
}

func keeps(w *Warning, t *Terms) (text, remedy string) {
	return fmt.Sprintf("%s %s where it is true; elsewhere it is reset", changesOf(w), either(w.Count, "keeps ", "keep ")+w.Attribute+flagSuffix),
		verifiedAlready(w, t)
}

func heldBack(w *Warning, _ *Terms) (text, remedy string) {
	return newOnes(w) + " held back: the pool keeps the old one until the user verifies the new one",
		verifiedYourself(w) + "send " + w.Attribute + flagSuffix + " true (--verified keep where it was true)"
}

func mayWait(w *Warning, t *Terms) (text, remedy string) {
	return changesOf(w) + " will wait until the user verifies: until then the old one stays", verifiedAlready(w, t)
}

func codes(w *Warning, t *Terms) (text, remedy string) {
	remedy = "send " + w.Attribute + flagSuffix + " true with addresses that you have verified (--verified keep where it was true)"
	if w.Attribute == "phone_number" {
		return several(w.Count, "text message") + either(w.Count, " to a user, with a code; Amazon SNS charges for it",
			" to users, with a code; Amazon SNS charges for them"), remedy
	}
	text = several(w.Count, "e-mail") + either(w.Count, " to a user, with a code", " to users, with a code")
	if t.Pool.DefaultEmailSender {
		return text + "; Cognito's own sender sends 50 a day for the whole account",
			remedy + ", or have the pool send its messages through Amazon SES"
	}
	return text, remedy
}

func mayCode(w *Warning, t *Terms) (text, remedy string) {
	all := ""
	if t.Limit > 0 && w.Count > t.Limit { // a start takes a part of it
		all = " of the whole input"
	}
	return fmt.Sprintf("up to %s%s will go out, with a code to verify the %s", several(w.Count, "message"), all, shortly(w.Attribute)),
		verifiedAlready(w, t)
}

func triggers(w *Warning, t *Terms) (text, remedy string) {
	names := messageTriggers(t.Pool, w.Attribute)
	functions := int64(len(names))
	return fmt.Sprintf("Lambda %s: %s, for %s", either(functions, "trigger that runs", "triggers that run"), strings.Join(names, " and "), newOnes(w)),
		fmt.Sprintf("see that the %s the rate: what fails in %s fails the update", either(functions, "function bears", "functions bear"), either(functions, "it", "them"))
}

func renamed(w *Warning, _ *Terms) (text, remedy string) {
	return several(w.Count, "record") + fmt.Sprintf(" named by the %s that changes: applied again, %s no user", people(w.Attribute), either(w.Count, "it finds", "they find")),
		"apply plan.jsonl, which names users by their username"
}

func nobodySees(*Warning, *Terms) (text, remedy string) {
	return "nobody sees the client metadata: it goes to Lambda triggers for messages, of which the pool has none, and Cognito does not store it", ""
}

func mayConflict(w *Warning, t *Terms) (text, remedy string) {
	return several(w.Count, t.noun()) + " with preconditions: where a value is another by now, nothing is sent", ""
}

// lacks tells of attributes that records give and the pool does not have, all at once.
func lacks(w *Warning, t *Terms) (text, remedy string) {
	found := t.Pool.Schema.LeaveOut(w.unknown)
	return several(w.Count, t.noun()) + " refused for " + found.Names() + ", which the pool does not have", "to leave out or rename what it lacks, " + found.Hint()
}

func isCutListing(*Warning, *Terms) (text, remedy string) {
	return "the listing was cut short: its last page has a token for the next one, and the users behind it are missing",
		"list all users, without --max-items and --no-paginate"
}

func nothingToDo(w *Warning, t *Terms) (text, remedy string) {
	return fmt.Sprintf("%s with nothing to change: no call is made for %s", several(w.Count, t.noun()), either(w.Count, "it", "them")), ""
}

// verifiedAlready is how addresses are sent that need no code. A user's own token cannot say so.
func verifiedAlready(w *Warning, t *Terms) string {
	verified := verifiedYourself(w)
	switch {
	case t.KeepVerified, t.AsUser:
		return ""
	case t.NoRead:
		return verified + "add a column " + w.Attribute + flagSuffix + " with true"
	default:
		return verified + "--verified keep"
	}
}

// verifiedYourself begins a remedy that is only for who has asked the users.
func verifiedYourself(w *Warning) string {
	return "if you have verified " + either(w.Count, "this address", "these addresses") + " yourself, "
}

func newOnes(w *Warning) string { return several(w.Count, "new "+people(w.Attribute)) }

func changesOf(w *Warning) string { return several(w.Count, shortly(w.Attribute)+" change") }

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

// shortly is what they call it if they are in a hurry.
func shortly(attribute string) string { return strings.TrimSuffix(people(attribute), " address") }
