//go:build linux

package kubernetes

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// api is the API server, to which the test speaks JSON over HTTP. All its methods may be called by many goroutines at once.
type api struct {
	url    string
	client *http.Client
}

func newAPI(t *testing.T, url string) *api {
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	t.Cleanup(transport.CloseIdleConnections)
	return &api{url: url, client: &http.Client{Transport: transport}}
}

// refused is an answer that is none of success.
type refused struct {
	code int
	text string
}

func (e *refused) Error() string { return fmt.Sprintf("the API server answers %d: %s", e.code, e.text) }

// gone tells whether an error is about an object that is not there any more.
func gone(err error) bool {
	r, ok := errors.AsType[*refused](err)
	return ok && r.code == http.StatusNotFound
}

// The kinds of bodies.
const (
	asJSON  = "application/json"
	asYAML  = "application/yaml"
	asPatch = "application/strategic-merge-patch+json" // lists of conditions and statuses are merged by their keys
	asApply = "application/apply-patch+yaml"
)

// call makes a request, and reads its answer into a value unless that is nil.
func (a *api) call(ctx context.Context, method, path, kind string, body []byte, into any) error {
	resp, err := a.send(ctx, method, path, kind, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if into == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// send makes a request. Its answer is one of success, and is to be closed.
func (a *api) send(ctx context.Context, method, path, kind string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, a.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", kind)
	resp, err := a.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 300 {
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		return nil, errors.Join(&refused{resp.StatusCode, string(text)}, err)
	}
	return resp, nil
}

func (a *api) get(ctx context.Context, path string, into any) error {
	return a.call(ctx, http.MethodGet, path, asJSON, nil, into)
}

func (a *api) post(ctx context.Context, path string, object any) error {
	body, err := json.Marshal(object)
	if err != nil {
		return err
	}
	return a.call(ctx, http.MethodPost, path, asJSON, body, nil)
}

func (a *api) patch(ctx context.Context, path string, change any) error {
	body, err := json.Marshal(change)
	if err != nil {
		return err
	}
	return a.call(ctx, http.MethodPatch, path, asPatch, body, nil)
}

// watch tells of each object of a collection as it is, or was a moment ago, and of each change of one since, until ctx ends,
// which is no error.
func watch[T any](ctx context.Context, a *api, path string, each func(kind string, object T)) error {
	resp, err := a.send(ctx, http.MethodGet, path+"?watch=true&resourceVersion=0", asJSON, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	events := json.NewDecoder(resp.Body)
	for {
		var e struct {
			Type   string
			Object json.RawMessage
		}
		var object T
		err := events.Decode(&e)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("watching %s: %w", path, err)
		}
		if e.Type == "ERROR" {
			return fmt.Errorf("watching %s: %s", path, e.Object)
		}
		if err := json.Unmarshal(e.Object, &object); err != nil {
			return fmt.Errorf("watching %s: %w", path, err)
		}
		each(e.Type, object)
	}
}
