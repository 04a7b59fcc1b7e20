package s3

import (
	"cmp"
	"io/fs"
	"regexp"
	"strings"
	"unicode"

	"attrmigrate/internal/shell"
)

// Error is a call of S3 that failed, or (without Op) a client that could not be made.
type Error struct {
	Op  string // the operation, as the API names it
	URL URL
	// Err is what the SDK or the network said. Its text may hold what the text of the Error leaves out: do not print it.
	Err error

	code, message string
	permission    string // that is missing
	home          string // the Region in which the bucket lies, where that was told
	verdict       verdict
	bucket        *Bucket
}

// failure is an error of a call, by the table.
func (b *Bucket) failure(c call, code, message string, err error) *Error {
	e := &Error{Op: c.op, URL: URL{b.name, c.key, c.version}, Err: err, code: code, message: clean(message), bucket: b}
	if code == "AccessDenied" || code == "Forbidden" {
		e.permission = permissionOf(c, e.message)
	}
	e.verdict = verdictOf(e)
	return e
}

// Error tells where, what is wrong in a sentence of ours, then S3's code and message.
func (e *Error) Error() string {
	text := e.URL.String() + ": " + e.bucket.fill(e.verdict.says, e)
	if !e.verdict.ours {
		text += ": " + e.code
	}
	if e.message != "" {
		text += ": " + e.message
	}
	return text
}

// Hint says how to mend it.
func (e *Error) Hint() string { return e.bucket.fill(e.verdict.remedy, e) }

// Unwrap returns what the SDK or the network said.
func (e *Error) Unwrap() error { return e.Err }

// Code is S3's name of the error, or ours of what happened instead of an answer (Timeout, NoConnection, HTTP502, ...).
func (e *Error) Code() string { return e.code }

// Passing tells whether the same call may go well later.
func (e *Error) Passing() bool { return e.verdict.passing }

// Is tells that an object is not there.
func (e *Error) Is(target error) bool { return target == fs.ErrNotExist && e.verdict.missing }

// fill replaces the {names} in a text of the table by what they stand for.
func (b *Bucket) fill(text string, e *Error) string {
	if !strings.Contains(text, "{") {
		return text
	}
	return strings.NewReplacer(
		"{permission}", e.permission,
		"{resource}", e.resource(),
		"{bucket}", shell.Quote(b.name),
		"{region}", *b.regionOrNone(),
		"{home}", e.home,
		"{profile}", b.profileFlag(),
		"{who}", b.who(),
		"{owner}", b.ownerSaid(),
		"{timeout}", b.cfg.Timeout.String(),
		"{endpoint}", b.place(),
		"{setter}", cmp.Or(b.setBy, "the Region "+*b.regionOrNone()),
	).Replace(text)
}

func (b *Bucket) regionOrNone() *string {
	if r := b.region.Load(); r != nil {
		return r
	}
	return &b.cfg.Region
}

// resource is what a policy has to allow the permission on.
func (e *Error) resource() string {
	switch {
	case strings.HasPrefix(e.permission, "kms:"):
		return "the bucket's key"
	case e.permission == "s3:ListBucket":
		return "arn:aws:s3:::" + e.URL.Bucket
	case e.bucket.cfg.Run != "" && strings.HasPrefix(e.URL.Key, e.bucket.cfg.Run):
		return "arn:aws:s3:::" + e.URL.Bucket + "/" + e.bucket.cfg.Run + "*"
	default:
		return "arn:aws:s3:::" + e.URL.Bucket + "/" + prefixOf(e.URL.Key) + "*"
	}
}

// prefixOf is the folder of a key.
func prefixOf(key string) string { return key[:strings.LastIndexByte(key, '/')+1] }

// profile is the one that is used, for people; empty: the default.
func (b *Bucket) profile() string { return b.cfg.connection().ProfileName() }

// who is where credentials were looked for.
func (b *Bucket) who() string {
	if p := b.profile(); p != "" {
		return "profile " + p
	}
	return "the AWS_* variables, the default profile and the machine's role"
}

func (b *Bucket) profileFlag() string {
	if b.profile() == "" {
		return ""
	}
	return " --profile " + shell.Quote(b.profile())
}

func (b *Bucket) ownerSaid() string {
	if b.cfg.Owner == "" {
		return ""
	}
	return ", and see that the bucket belongs to account " + b.cfg.Owner + " (--s3-bucket-owner)"
}

// place is the endpoint, for people.
func (b *Bucket) place() string {
	if b.endpoint == "" {
		return "S3 in " + *b.regionOrNone()
	}
	return b.endpoint + " (" + b.setBy + ")"
}

// permissions are what an operation needs.
var permissions = map[string]string{
	"GetObject":               "s3:GetObject",
	"HeadObject":              "s3:GetObject",
	"PutObject":               "s3:PutObject",
	"CreateMultipartUpload":   "s3:PutObject",
	"UploadPart":              "s3:PutObject",
	"CompleteMultipartUpload": "s3:PutObject",
	"AbortMultipartUpload":    "s3:AbortMultipartUpload",
	"DeleteObject":            "s3:DeleteObject",
	"ListObjectsV2":           "s3:ListBucket",
}

var named = regexp.MustCompile(`to perform: ((?:s3|kms):\w+)`)

// permissionOf is the permission that is missing: the one that the message names, else that of the operation.
func permissionOf(c call, message string) string {
	if m := named.FindStringSubmatch(message); m != nil {
		return m[1]
	}
	if c.version != "" && c.op == "GetObject" {
		return "s3:GetObjectVersion"
	}
	return cmp.Or(permissions[c.op], "s3:"+c.op)
}

// maxMessage is how much of a message is kept, in bytes.
const maxMessage = 400

// clean makes a message fit for logs and reports: one line, and nothing signed.
func clean(message string) string {
	message, _, _ = strings.Cut(strings.TrimSpace(message), "\n")
	for _, secret := range []string{"Authorization=", "Signature=", "X-Amz-Security-Token"} {
		message, _, _ = strings.Cut(message, secret)
	}
	message = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, message)
	if len(message) > maxMessage {
		message = strings.ToValidUTF8(message[:maxMessage], "") + "..."
	}
	return strings.TrimRight(message, ". ")
}
