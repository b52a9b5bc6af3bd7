// Package keyring makes what the parts of a deployment know each other by: an
// authority and the certificates it signs, keys of users of NATS and what each
// may do there, passwords of PostgreSQL. Nothing is asked of anybody.
package keyring

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nats-io/nkeys"

	"marsad/pkg/bus"
)

// Options of Make.
type Options struct {
	NATSHosts     []string // names and addresses by which clients call the NATS servers
	PostgresHosts []string // those of PostgreSQL, with a port if need be, and then IPv6 in brackets; the first stands in the DSN files
	Database      string   // in the DSN files
}

// DefaultOptions has the hosts as the manifests in deploy/ name them.
func DefaultOptions() Options {
	return Options{
		NATSHosts:     []string{"nats", "nats.marsad.svc", "nats-0.nats", "nats-1.nats", "nats-2.nats", "localhost", "127.0.0.1", "::1"},
		PostgresHosts: []string{"postgres", "postgres.marsad.svc", "localhost", "127.0.0.1", "::1"},
		Database:      "marsad",
	}
}

// validate refuses what nobody can be called by: a certificate would be made all
// the same, and no client would take it.
func (o Options) validate() error {
	for _, address := range slices.Concat(o.NATSHosts, o.PostgresHosts) {
		host, port := splitHost(address)
		if _, err := strconv.ParseUint(port, 10, 16); !isHost(host) || port != "" && err != nil || port == "" && strings.HasSuffix(address, ":") {
			return fmt.Errorf("%q is no HOST and no HOST:PORT", address)
		}
	}
	return nil
}

var hostName = regexp.MustCompile(`^([a-zA-Z0-9_]([a-zA-Z0-9_-]*[a-zA-Z0-9_])?\.?)+$`)

func isHost(s string) bool { return net.ParseIP(s) != nil || hostName.MatchString(s) }

// Roles of PostgreSQL.
const (
	Owner   = "marsad_owner"   // makes the schema: 'marsad migrate'
	Service = "marsad_service" // reads and writes what the owner has made
)

// Users of NATS that are no services.
const (
	Admin  = "admin"  // makes streams and consumers: 'marsad migrate'
	System = "system" // watches over the servers themselves
)

// file is one that is made.
type file struct {
	name    string
	content []byte
	mode    fs.FileMode
}

func secret(name string, content []byte) file { return file{name, content, 0o600} }
func public(name string, content []byte) file { return file{name, content, 0o644} }

// Make writes the files to dir, which is made if it is not there, and returns
// their names. All are there then, or none: it writes nothing if one of them
// exists, or if others can write to dir.
func Make(dir string, o Options) ([]string, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	files, err := all(o)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := check(dir, files); err != nil {
		return nil, err
	}
	// Within dir: it may be a volume, beside which nothing can be written.
	draft, err := os.MkdirTemp(dir, ".unfinished-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(draft)
	for _, f := range files {
		if err := f.write(draft); err != nil {
			return nil, err
		}
	}
	return move(draft, dir, files)
}

func check(dir string, files []file) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("others can write to %s, and so replace keys in it: chmod go-w it first", dir)
	}
	for _, f := range files {
		if _, err := os.Lstat(filepath.Join(dir, f.name)); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there already: keys that are in use are not replaced; choose another folder, or remove it first", filepath.Join(dir, f.name))
		}
	}
	return nil
}

// write does not return before the file is on disk.
func (f file) write(dir string) error {
	out, err := os.OpenFile(filepath.Join(dir, f.name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, f.mode)
	if err != nil {
		return err
	}
	_, err = out.Write(f.content)
	return errors.Join(err, out.Chmod(f.mode), out.Sync(), out.Close()) // whatever the umask is
}

// move gives the files their place, and takes back what it moved if one cannot have it.
func move(from, to string, files []file) (names []string, err error) {
	for _, f := range files {
		if err := os.Rename(filepath.Join(from, f.name), filepath.Join(to, f.name)); err != nil {
			for _, name := range names {
				err = errors.Join(err, os.Remove(filepath.Join(to, name)))
			}
			return nil, err
		}
		names = append(names, f.name)
	}
	return names, nil
}

func all(o Options) ([]file, error) {
	certificates, err := certificates(o)
	if err != nil {
		return nil, err
	}
	users, err := users()
	if err != nil {
		return nil, err
	}
	return slices.Concat(certificates, users, passwords(o)), nil
}

// users are one seed for each service, the administrator and the system, and
// users.conf, which tells the server of them.
func users() (files []file, err error) {
	keys := map[string]string{}
	for _, name := range append(bus.Services(), Admin, System) {
		pair, err := nkeys.CreateUser()
		if err != nil {
			return nil, err
		}
		seed, err := pair.Seed()
		if err != nil {
			return nil, err
		}
		if keys[name], err = pair.PublicKey(); err != nil {
			return nil, err
		}
		files = append(files, secret(name+".nk", append(seed, '\n')))
	}
	return append(files, public("users.conf", []byte(usersConf(keys)))), nil
}

// Inbox is the prefix of the subjects at which a user gets its answers, and at
// which nobody else may listen.
func Inbox(user string) string { return "_INBOX_" + user }

func usersConf(keys map[string]string) string {
	var b strings.Builder
	b.WriteString("# Who may connect, and what each may do. 'marsad keys' wrote it: the rights are those that\n" +
		"# the services name themselves.\n" +
		"accounts {\n  marsad {\n    jetstream: enabled\n    users: [\n")
	for _, name := range bus.Services() {
		writeUser(&b, name, keys[name], bus.RightsOf(name).Publish())
	}
	writeUser(&b, Admin, keys[Admin], []string{"$JS.API.>"})
	fmt.Fprintf(&b, "    ]\n  }\n  system {\n    users: [ { nkey: %s } ] # %s\n  }\n}\nsystem_account: system\n", keys[System], System)
	return b.String()
}

func writeUser(b *strings.Builder, name, key string, publish []string) {
	fmt.Fprintf(b, "      { # %s\n        nkey: %s\n        permissions: {\n          publish: [\n", name, key)
	for _, subject := range publish {
		fmt.Fprintf(b, "            %q\n", subject)
	}
	fmt.Fprintf(b, "          ]\n          subscribe: [ %q ]\n        }\n      }\n", Inbox(name)+".>")
}

// inURL is a host as it stands in a URL: IPv6 in brackets.
func inURL(address string) string {
	host, port := splitHost(address)
	if port != "" {
		return net.JoinHostPort(host, port)
	}
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// passwords are those of the superuser, which starts PostgreSQL, of the owner
// and of the services, and the DSNs of the latter two.
func passwords(o Options) []file {
	dsn := func(role, password string) []byte {
		u := url.URL{Scheme: "postgres", User: url.UserPassword(role, password), Host: inURL(o.PostgresHosts[0]), Path: "/" + o.Database, RawQuery: "sslmode=verify-full"}
		return []byte(u.String() + "\n")
	}
	owner, service := rand.Text(), rand.Text()
	return []file{
		secret("postgres.password", []byte(rand.Text()+"\n")),
		secret("postgres-owner.password", []byte(owner+"\n")),
		secret("postgres-service.password", []byte(service+"\n")),
		secret("store-owner.dsn", dsn(Owner, owner)),
		secret("store-service.dsn", dsn(Service, service)),
	}
}
