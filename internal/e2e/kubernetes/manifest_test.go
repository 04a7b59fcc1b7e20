//go:build linux

package kubernetes

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"testing"

	"go.yaml.in/yaml/v3"
)

// manifest is what users apply.
const manifest = "../../../examples/fleet/kubernetes/job.yaml"

// object is a document of a manifest.
type object map[string]any

// readManifest reads the objects of the manifest, in their order.
func readManifest(t *testing.T) (objects []object) {
	t.Helper()
	text, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	for documents := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var o object
		err := documents.Decode(&o)
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, o)
	}
}

// collections are where the objects of a kind are, before and behind the namespace.
var collections = map[string][2]string{
	"ServiceAccount": {"/api/v1", "serviceaccounts"},
	"ConfigMap":      {"/api/v1", "configmaps"},
	"Job":            {"/apis/batch/v1", "jobs"},
}

// at is the part of an object that keys lead to, all but the last of them to objects.
func (o object) at(keys ...string) any {
	last := len(keys) - 1
	for _, k := range keys[:last] {
		o, _ = o[k].(object)
	}
	return o[keys[last]]
}

// of is the object of a kind.
func of(objects []object, kind string) object {
	for _, o := range objects {
		if o["kind"] == kind {
			return o
		}
	}
	return nil
}

// create makes objects in a namespace. What the API server does not know in one, it refuses. A rehearsal changes nothing.
func (m *machines) create(objects []object, rehearsal bool) {
	m.Helper()
	query := "?fieldValidation=Strict"
	if rehearsal {
		query += "&dryRun=All"
	}
	for _, o := range objects {
		body, err := json.Marshal(o)
		m.must(err)
		kind := o["kind"].(string)
		c, ok := collections[kind]
		if !ok {
			m.Fatalf("the test knows no %s", kind)
		}
		path := c[0] + "/namespaces/" + m.namespace + "/" + c[1] + query
		if err := m.call(m.Context(), http.MethodPost, path, asJSON, body, nil); err != nil {
			m.Errorf("%s: %v", kind, err)
		}
	}
}

// container is that of the pods of a Job.
func (o object) container() object {
	return o.at("spec", "template", "spec", "containers").([]any)[0].(object)
}
