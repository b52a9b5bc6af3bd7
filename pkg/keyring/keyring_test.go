package keyring_test

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nkeys"

	"marsad/pkg/bus"
	"marsad/pkg/keyring"
)

func read(t *testing.T, dir, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestMake(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "secrets")
	names, err := keyring.Make(dir, keyring.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		open := strings.HasSuffix(name, ".crt") || name == "users.conf"
		if mode := info.Mode().Perm(); open && mode != 0o644 || !open && mode != 0o600 {
			t.Errorf("%s has mode %v", name, mode)
		}
	}
	users := read(t, dir, "users.conf")
	for _, name := range append(bus.Services(), keyring.Admin, keyring.System) {
		key, err := nkeys.ParseDecoratedNKey([]byte(read(t, dir, name+".nk")))
		if err != nil {
			t.Fatal(err)
		}
		if public, err := key.PublicKey(); err != nil || !strings.Contains(users, public) {
			t.Errorf("users.conf does not know %s (%s, %v)", name, public, err)
		}
		if strings.Contains(users, strings.TrimSpace(read(t, dir, name+".nk"))) {
			t.Errorf("users.conf holds the seed of %s", name)
		}
	}
	if dsn := read(t, dir, "store-service.dsn"); !strings.Contains(dsn, ":"+strings.TrimSpace(read(t, dir, "postgres-service.password"))+"@postgres/marsad?") {
		t.Errorf("store-service.dsn is %s", dsn)
	}
	before := read(t, dir, "ca.crt")
	if _, err := keyring.Make(dir, keyring.DefaultOptions()); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("made again: %v", err)
	}
	if read(t, dir, "ca.crt") != before {
		t.Error("a key was replaced")
	}
}

func TestCertificates(t *testing.T) {
	dir := t.TempDir()
	o := keyring.DefaultOptions()
	o.NATSHosts = []string{"bus.example.org", "192.0.2.7"}
	o.PostgresHosts = append([]string{"db.example.org:5433"}, o.PostgresHosts...)
	if _, err := keyring.Make(dir, o); err != nil {
		t.Fatal(err)
	}
	if dsn := read(t, dir, "store-owner.dsn"); !strings.Contains(dsn, "@db.example.org:5433/marsad?") {
		t.Errorf("store-owner.dsn is %s", dsn)
	}
	o.PostgresHosts[0] = "db.example.org"
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(read(t, dir, "ca.crt")))
	for name, hosts := range map[string][]string{"nats": o.NATSHosts, "postgres": o.PostgresHosts} {
		pair, err := tls.LoadX509KeyPair(filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key"))
		if err != nil {
			t.Fatal(err)
		}
		for _, host := range hosts {
			usages := []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
			if _, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: host, KeyUsages: usages}); err != nil {
				t.Errorf("%s as %s: %v", name, host, err)
			}
		}
		if pair.Leaf.VerifyHostname("other.example.org") == nil {
			t.Errorf("the certificate of %s is good for any host", name)
		}
	}
}
