//go:build linux

package kubernetes

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"attrmigrate/internal/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

// binaries skips a test where there is no control plane, and returns the directory of its programs.
func binaries(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("KUBERNETES")
	if dir == "" {
		t.Skip("KUBERNETES does not name the directory of kube-apiserver and kube-controller-manager: make test-kubernetes builds them")
	}
	if _, err := exec.LookPath("etcd"); err != nil {
		t.Skip("etcd is not installed (Debian: etcd-server)")
	}
	return dir
}

// user is who the test is to the API server, with its token: one who may do everything.
const (
	token = "made-up-token-of-the-test"
	user  = token + ",test,test,system:masters\n"
)

// startCluster starts a control plane, which ends with the test.
func startCluster(t *testing.T) *api {
	t.Helper()
	bin, dir := binaries(t), t.TempDir()
	ports := freePorts(t, 3)
	etcd := "http://127.0.0.1:" + ports[0]
	start(t, dir, exec.Command("etcd", "--data-dir", filepath.Join(dir, "etcd"), "--unsafe-no-fsync", "--log-level", "warn",
		"--listen-client-urls", etcd, "--advertise-client-urls", etcd,
		"--listen-peer-urls", "http://127.0.0.1:"+ports[1], "--initial-advertise-peer-urls", "http://127.0.0.1:"+ports[1],
		"--initial-cluster", "default=http://127.0.0.1:"+ports[1]))

	key, users, certs := filepath.Join(dir, "accounts.key"), filepath.Join(dir, "users.csv"), filepath.Join(dir, "certs")
	write(t, key, signingKey(t))
	write(t, users, []byte(user))
	server := start(t, dir, exec.Command(filepath.Join(bin, "kube-apiserver"), "--etcd-servers", etcd,
		"--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1", "--secure-port", ports[2], "--cert-dir", certs,
		"--feature-gates", "SizeBasedListCostEstimate=false", "--endpoint-reconciler-type", "none", "--service-cluster-ip-range", "10.0.0.0/24",
		"--token-auth-file", users, "--authorization-mode", "AlwaysAllow", "--anonymous-auth=false",
		// Nobody makes the default service account, and no condition of a node keeps pods from it.
		"--disable-admission-plugins", "ServiceAccount,TaintNodesByCondition",
		"--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file", key, "--service-account-signing-key-file", key))

	a := newAPI(t, "https://127.0.0.1:"+ports[2])
	harness.Until(t, "the API server is ready", func() (bool, string) {
		select {
		case <-server.ended:
			t.Fatalf("the API server has ended:\n%s", tail(server.log))
		default:
		}
		return a.trust(filepath.Join(certs, "apiserver.crt")) && a.get(t.Context(), "/readyz", nil) == nil, tail(server.log)
	})

	config := filepath.Join(dir, "kubeconfig")
	write(t, config, []byte(a.kubeconfig(filepath.Join(certs, "apiserver.crt"))))
	start(t, dir, exec.Command(filepath.Join(bin, "kube-controller-manager"), "--kubeconfig", config, "--leader-elect=false",
		// The one that looks after the life of nodes keeps the index of pods by nodes, too; no node has to be heard of.
		"--controllers", "job-controller,node-lifecycle-controller,taint-eviction-controller,pod-garbage-collector-controller",
		"--node-monitor-grace-period", "1h", "--secure-port", "0"))
	return a
}

// signingKey is one for the tokens of service accounts, of which none is made.
func signingKey(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
}

// trust has the API server's own certificate believed, once it is there.
func (a *api) trust(path string) bool {
	if a.client.Transport.(*http.Transport).TLSClientConfig != nil {
		return true
	}
	text, err := os.ReadFile(path)
	pool := x509.NewCertPool()
	if err != nil || !pool.AppendCertsFromPEM(text) {
		return false
	}
	a.client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS13}
	return true
}

func (a *api) kubeconfig(cert string) string {
	return `{"apiVersion": "v1", "kind": "Config", "current-context": "test",
"clusters": [{"name": "test", "cluster": {"server": "` + a.url + `", "certificate-authority": "` + cert + `"}}],
"users": [{"name": "test", "user": {"token": "` + token + `"}}],
"contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}]}`
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
