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
	dir := filepath.Join(t.TempDir(), "secrets")
	o := keyring.DefaultOptions()
	o.NATSHosts = []string{"bus.example.org", "192.0.2.7", "2001:db8::7"}
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
		clients := x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
		if _, err := pair.Leaf.Verify(clients); (err == nil) != (name == "nats") {
			t.Errorf("%s as a client, which a NATS server would take for another: %v", name, err)
		}
		if pair.Leaf.VerifyHostname("other.example.org") == nil {
			t.Errorf("the certificate of %s is good for any host", name)
		}
	}
}

func TestAddresses(t *testing.T) {
	for host, want := range map[string]struct{ inURL, name string }{
		"db":                 {"db", "db"},
		"db:5433":            {"db:5433", "db"},
		"192.0.2.7":          {"192.0.2.7", "192.0.2.7"},
		"2001:db8::1":        {"[2001:db8::1]", "2001:db8::1"},
		"[2001:db8::1]":      {"[2001:db8::1]", "2001:db8::1"},
		"[2001:db8::1]:5433": {"[2001:db8::1]:5433", "2001:db8::1"},
	} {
		dir := filepath.Join(t.TempDir(), "secrets")
		o := keyring.DefaultOptions()
		o.PostgresHosts = []string{host}
		if _, err := keyring.Make(dir, o); err != nil {
			t.Fatal(err)
		}
		if dsn := read(t, dir, "store-owner.dsn"); !strings.Contains(dsn, "@"+want.inURL+"/marsad?") {
			t.Errorf("%s: the DSN is %s", host, dsn)
		}
		pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "postgres.crt"), filepath.Join(dir, "postgres.key"))
		if err != nil {
			t.Fatal(err)
		}
		if err := pair.Leaf.VerifyHostname(want.name); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// TestMakeAll: a folder holds all, or nothing: what is half made could not be made again.
func TestMakeAll(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "secrets")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil { // whatever the umask is
		t.Fatal(err)
	}
	if _, err := keyring.Make(dir, keyring.DefaultOptions()); err == nil || !strings.Contains(err.Error(), "others can write") {
		t.Errorf("a folder that is open to others: %v", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	// One that was ended while it wrote.
	if err := os.MkdirAll(filepath.Join(dir, ".unfinished-1", "ca.crt"), 0o700); err != nil {
		t.Fatal(err)
	}
	names, err := keyring.Make(dir, keyring.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != len(names)+1 {
		t.Errorf("%d files, and %d were named (%v)", len(left), len(names), err)
	}
	last := names[len(names)-1]
	for _, name := range names[:len(names)-1] {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := keyring.Make(dir, keyring.DefaultOptions()); err == nil || !strings.Contains(err.Error(), last+" is there already") {
		t.Errorf("the last of them is there: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("%d files are left, %v", len(left), err)
	}
}
