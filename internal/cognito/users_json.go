package cognito

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/go-json-experiment/json/jsontext"
)

// decodedBy has a good answer decoded by ours, straight into users. The SDK would first make a tree of
// maps of it, then structures of pointers, with ten times the allocations; it finds an empty body,
// which it takes for an empty answer.
func decodedBy(decode func(*userDecoder) error) func(*cip.Options) {
	handle := func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
		middleware.DeserializeOutput, middleware.Metadata, error,
	) {
		out, metadata, err := next.HandleDeserialize(ctx, in)
		response, ok := out.RawResponse.(*smithyhttp.Response)
		if err != nil || !ok || response.StatusCode/100 != 2 {
			return out, metadata, err
		}
		err = decodeBody(response.Body, decode)
		response.Body = http.NoBody
		if err != nil {
			return out, metadata, &smithy.DeserializationError{Err: err}
		}
		return out, metadata, nil
	}
	return cip.WithAPIOptions(func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("DecodeUsers", handle), middleware.After)
	})
}

// decodeBody reads a body to its end, so that the connection can be used again, and closes it.
func decodeBody(body io.ReadCloser, decode func(*userDecoder) error) error {
	d := &userDecoder{json: jsontext.NewDecoder(body, jsontext.AllowDuplicateNames(true)), names: map[string]string{}}
	err := decode(d)
	if err == nil {
		_, err = d.json.ReadToken()
	}
	switch {
	case err == nil:
		err = errors.New("there is more behind the object")
	case err == io.EOF && d.json.InputOffset() > 0:
		err = nil
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	return errors.Join(err, body.Close())
}

// userDecoder decodes the answers of ListUsers and AdminGetUser.
type userDecoder struct {
	json *jsontext.Decoder
	// names holds the names that were met, and the statuses, so that users share them.
	names map[string]string
	found []attribute // of the user that is being decoded
}

type attribute struct{ name, value string }

// page decodes an answer of ListUsers or ListUsersInGroup, which has about limit users.
func (d *userDecoder) page(limit int) (users []User, next string, err error) {
	err = d.object(func(name string) (err error) {
		switch name {
		case "Users":
			users = make([]User, 0, limit)
			return d.array(func() error {
				user, err := d.user()
				users = append(users, user)
				return err
			})
		case "PaginationToken", "NextToken":
			next, err = d.text()
			return err
		default:
			return d.json.SkipValue()
		}
	})
	return users, next, err
}

// user decodes a user of ListUsers, or an answer of AdminGetUser.
func (d *userDecoder) user() (User, error) {
	var user User
	d.found = d.found[:0]
	err := d.object(func(name string) (err error) {
		switch name {
		case "Username":
			user.Username, err = d.text()
		case "UserStatus":
			user.Status, err = d.name()
		case "UserCreateDate":
			user.Created, err = d.date()
		case "UserLastModifiedDate":
			user.Modified, err = d.date()
		case "Enabled":
			var t jsontext.Token
			t, err = d.json.ReadToken()
			user.Enabled = t.Kind() == 't'
		case "Attributes", "UserAttributes":
			err = d.array(d.attribute)
		default:
			err = d.json.SkipValue()
		}
		return err
	})
	if err == nil && user.Username == "" {
		err = errors.New("it has a user without a name")
	}
	user.Attributes = make(map[string]string, len(d.found))
	for _, a := range d.found {
		user.Attributes[a.name] = a.value
	}
	return user, err
}

// attribute decodes a name and a value.
func (d *userDecoder) attribute() error {
	var a attribute
	err := d.object(func(name string) (err error) {
		switch name {
		case "Name":
			a.name, err = d.name()
		case "Value":
			a.value, err = d.text()
		default:
			err = d.json.SkipValue()
		}
		return err
	})
	if a.value != "" {
		d.found = append(d.found, a)
	}
	return err
}

// object reads an object, calling member for each name to read the value. Null is an empty one.
func (d *userDecoder) object(member func(name string) error) error {
	if skip, err := d.begin('{'); skip || err != nil {
		return err
	}
	for d.json.PeekKind() != '}' {
		name, err := d.name()
		if err != nil {
			return err
		}
		if err := member(name); err != nil {
			return err
		}
	}
	_, err := d.json.ReadToken()
	return err
}

// array reads an array, calling element to read each value. Null is an empty one.
func (d *userDecoder) array(element func() error) error {
	if skip, err := d.begin('['); skip || err != nil {
		return err
	}
	for d.json.PeekKind() != ']' {
		if err := element(); err != nil {
			return err
		}
	}
	_, err := d.json.ReadToken()
	return err
}

// begin reads the token that opens an object or an array, or a null in its place.
func (d *userDecoder) begin(kind jsontext.Kind) (null bool, err error) {
	t, err := d.json.ReadToken()
	if err == nil && t.Kind() != kind && t.Kind() != 'n' {
		err = fmt.Errorf("it has a %v where a %v belongs", t.Kind(), kind)
	}
	return t.Kind() == 'n', err
}

// date reads a date: seconds since 1970. Null, and what is no number, is none: nothing depends on it.
func (d *userDecoder) date() (time.Time, error) {
	v, err := d.json.ReadValue()
	if err != nil || v.Kind() != '0' {
		return time.Time{}, err
	}
	seconds, err := strconv.ParseFloat(string(v), 64)
	return time.UnixMilli(int64(math.Round(seconds * 1000))).UTC(), err
}

// text reads a string. Null is an empty one.
func (d *userDecoder) text() (string, error) {
	v, err := d.quoted()
	if len(v) < 2 {
		return "", err
	}
	if bytes.IndexByte(v, '\\') < 0 {
		return string(v[1 : len(v)-1]), nil
	}
	text, err := jsontext.AppendUnquote(nil, v)
	return string(text), err
}

// name reads a string of which there are few.
func (d *userDecoder) name() (string, error) {
	v, err := d.quoted()
	if len(v) < 2 {
		return "", err
	}
	name, ok := d.names[string(v)]
	if !ok {
		text, err := jsontext.AppendUnquote(nil, v)
		if err != nil {
			return "", err
		}
		name = string(text)
		d.names[string(v)] = name
	}
	return name, nil
}

// quoted reads a string as it is written. It is valid until the next read; null is empty.
func (d *userDecoder) quoted() (jsontext.Value, error) {
	v, err := d.json.ReadValue()
	switch {
	case err != nil:
		return nil, err
	case v.Kind() == 'n':
		return nil, nil
	case v.Kind() != '"':
		return nil, fmt.Errorf("it has a %v where a string belongs", v.Kind())
	}
	return v, nil
}
