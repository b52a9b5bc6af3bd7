package bench

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"marsad/pkg/bus"
	"marsad/pkg/keyring"
	"marsad/pkg/store/postgres/throwaway"
)

// makeKeys has 'marsad keys' make a folder of keys.
func makeKeys(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "secrets")
	marsad(t, nil, "keys", dir)
	return dir
}

// natsOptions reads a configuration of deploy/nats as the server would, with
// the keys of a folder, and moves it to free ports and a folder of the test's.
func natsOptions(t *testing.T, file, keys string) *server.Options {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"nats.conf", "cluster.conf"} {
		conf := strings.ReplaceAll(string(read(t, root+"/deploy/nats/"+name)), "/run/secrets", keys)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(conf), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "users.conf"), read(t, keys+"/users.conf"), 0o600); err != nil {
		t.Fatal(err)
	}
	options, err := server.ProcessConfigFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	if options.StoreDir != "/data" || options.Port != 4222 || options.HTTPPort != 8222 || options.MaxPayload != bus.MaxMessageBytes {
		t.Fatalf("%s: store %s, port %d, http %d, largest message %d", file, options.StoreDir, options.Port, options.HTTPPort, options.MaxPayload)
	}
	options.StoreDir, options.Host, options.Port, options.HTTPPort, options.NoSigs = filepath.Join(dir, "data"), "127.0.0.1", server.RANDOM_PORT, 0, true
	return options
}

func boot(t *testing.T, options *server.Options) *server.Server {
	t.Helper()
	s, err := server.NewServer(options)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { stop(s) })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the NATS server does not start")
	}
	return s
}

func stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

// startNATS runs one server as deploy/nats says.
func startNATS(t *testing.T, keys string) (url string) {
	t.Helper()
	t.Setenv("NATS_NAME", "nats")
	t.Setenv("NATS_STORE", "5GB")
	return address(boot(t, natsOptions(t, "nats.conf", keys)))
}

func address(s *server.Server) string {
	return fmt.Sprintf("nats://localhost:%d", s.Addr().(*net.TCPAddr).Port)
}

// as is the environment of a process that is that user at the server.
func as(user, url, keys string, more ...string) []string {
	return append([]string{
		"MARSAD_NATS__URL=" + url, "MARSAD_NATS__NKEY_FILE=" + keys + "/" + user + ".nk", "MARSAD_NATS__CA_FILE=" + keys + "/ca.crt",
		"MARSAD_NATS__INBOX=" + keyring.Inbox(user), "MARSAD_NATS__LIMITS__LINE_BYTES=67108864", "MARSAD_NATS__LIMITS__TAP_BYTES=67108864",
		"MARSAD_DISK__MIN_FREE_BYTES=0", "MARSAD_FETCHER__ALLOW_NETWORKS=127.0.0.0/8", "MARSAD_FETCHER__HOST_DELAY=0s",
		"MARSAD_FETCHER__POLL_EVERY=1s", "MARSAD_FETCHER__RECONCILE_AFTER=5s",
	}, more...)
}

// startPostgres runs a PostgreSQL server that deploy/postgres/init.sh has set up,
// and returns the settings of the owner and of the services.
func startPostgres(t *testing.T, keys string) (owner, service string) {
	t.Helper()
	cluster, err := throwaway.Start(t.Context(), throwaway.Options{NoFsync: true})
	if errors.Is(err, throwaway.ErrNoPostgreSQL) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	super, err := url.Parse(cluster.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	password, _ := super.User.Password()
	init := exec.Command("sh", root+"/deploy/postgres/init.sh")
	init.Env = []string{
		"PATH=" + os.Getenv("PATH"), "SECRETS=" + keys, "POSTGRES_USER=" + super.User.Username(), "PGPASSWORD=" + password,
		"PGHOST=" + super.Hostname(), "PGPORT=" + super.Port(),
	}
	again := exec.Command("sh", root+"/deploy/postgres/init.sh")
	again.Env = init.Env
	if out, err := init.CombinedOutput(); err != nil {
		t.Fatalf("init.sh: %v\n%s", err, out)
	}
	if out, err := again.CombinedOutput(); err != nil || !strings.Contains(string(out), "nothing was changed") {
		t.Errorf("init.sh again: %v\n%s", err, out)
	}
	dsn := func(file string) string {
		made := strings.TrimSpace(string(read(t, filepath.Join(keys, file))))
		made = strings.Replace(made, "@postgres/", "@"+cluster.Addr()+"/", 1)
		return "MARSAD_STORE__DSN=" + strings.Replace(made, "sslmode=verify-full", "sslmode=disable", 1) // this server has no certificate
	}
	return dsn("store-owner.dsn"), dsn("store-service.dsn")
}

// TestNATSRights: with the keys and the rights of 'marsad keys', each service as
// its own user of the bus and as the lesser role of the store, a line does all
// it does; and no user can do what is not its own.
func TestNATSRights(t *testing.T) {
	keys := makeKeys(t)
	owner, store := startPostgres(t, keys)
	url := startNATS(t, keys)
	dir := t.TempDir()
	if said := failed(t, as("admin", url, keys, store), "--data", filepath.Join(dir, "admin"), "migrate"); !strings.Contains(said, "permission denied") {
		t.Errorf("the role of services makes the schema: %s", said)
	}
	marsad(t, as("admin", url, keys, owner), "--data", filepath.Join(dir, "admin"), "migrate")
	for _, service := range bus.Services() {
		startServices(t, filepath.Join(dir, service), as(service, url, keys, store), service)
	}
	web := func(args ...string) string {
		t.Helper()
		return marsad(t, as("web", url, keys, store), append([]string{"--data", filepath.Join(dir, "web")}, args...)...)
	}
	goThroughTheLine(t, web)
	// Whoever is asked on another process has no right to look into the streams: it says so, and goes on.
	status := marsad(t, as("cleaner", url, keys, store), "--data", filepath.Join(dir, "cleaner"), "status")
	if !strings.Contains(status, "running, ready") || !strings.Contains(status, "ask where 'web' runs") {
		t.Errorf("status of the cleaner's process:\n%s", status)
	}
	audit := marsad(t, as("cleaner", url, keys, store), "--data", filepath.Join(dir, "cleaner"), "audit")
	if !strings.Contains(audit, "the audit holds; the bus was not asked") {
		t.Errorf("audit of the cleaner's process:\n%s", audit)
	}
	for _, user := range append(bus.Services(), keyring.System) {
		t.Run(user, func(t *testing.T) { tryTheForbidden(t, user, url, keys) })
	}
}

// goThroughTheLine has items end in all ways, be taken down and replayed.
func goThroughTheLine(t *testing.T, web func(args ...string) string) {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(serveNews))
	t.Cleanup(site.Close)
	web("sources", "add", "--no-check", site.URL+"/feed.xml")
	var status struct {
		Ready bool
		Ended map[string]int
	}
	for deadline := time.Now().Add(30 * time.Second); status.Ended["archived"] != 1 || status.Ended["dropped"] != 1; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the items have not ended: %+v\n%s", status, web("status"))
		}
		if err := json.Unmarshal([]byte(web("status", "--format", "json")), &status); err != nil {
			t.Fatal(err)
		}
	}
	if !status.Ready {
		t.Errorf("the web process is not ready:\n%s", web("status"))
	}
	web("audit")
	if out := web("replay", "--from", "classifier", "--since", "1h", "--apply"); !strings.Contains(out, "1") {
		t.Errorf("replay:\n%s", out)
	}
	var found struct{ Articles []struct{ ID string } }
	if err := json.Unmarshal([]byte(web("search", "bridge", "--format", "json")), &found); err != nil || len(found.Articles) != 1 {
		t.Fatalf("search: %v, %v", found, err)
	}
	if out := web("article", "remove", found.Articles[0].ID); strings.Contains(out, "72 hours") {
		t.Errorf("remove did not reach the public tap:\n%s", out)
	}
}

// client is a connection as a user, and what it was denied.
type client struct {
	*nats.Conn
	denied chan string
}

func dial(t *testing.T, user, url, keys string) client {
	t.Helper()
	seed, err := nats.NkeyOptionFromSeed(filepath.Join(keys, user+".nk"))
	if err != nil {
		t.Fatal(err)
	}
	c := client{denied: make(chan string, 100)}
	note := nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
		if errors.Is(err, nats.ErrPermissionViolation) {
			c.denied <- err.Error()
		}
	})
	if c.Conn, err = nats.Connect(url, seed, nats.RootCAs(keys+"/ca.crt"), nats.CustomInboxPrefix(keyring.Inbox(user)), note); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// wantDenied waits until the server denies the subject.
func (c client) wantDenied(t *testing.T, doing, subject string) {
	t.Helper()
	select {
	case said := <-c.denied:
		if !strings.Contains(said, doing) || !strings.Contains(said, `"`+subject+`"`) {
			t.Errorf("%s to %s: %s", doing, subject, said)
		}
	case <-time.After(5 * time.Second):
		t.Errorf("%s to %s is not denied", doing, subject)
	}
}

// forbidden is nobody's business but that of the user after it, if any.
var forbidden = []struct {
	subject string
	who     []string
}{
	{"news.fetched.x-1", []string{"fetcher", "web"}},
	{"news.cleaned.x-1", []string{"cleaner", "web"}},
	{"news.deduplicated.x-1", []string{"deduplicator", "web"}},
	{"news.classified.x-1", []string{"classifier", "web"}},
	{"news.archived.x-1", []string{"archiver"}},
	{"news.dropped.x-1", []string{"fetcher", "cleaner", "web"}},
	{"other", nil},
	{"$JS.API.STREAM.CREATE.NEWS_FETCHED", nil},
	{"$JS.API.STREAM.CREATE.OTHER", nil},
	{"$JS.API.STREAM.UPDATE.NEWS_FETCHED", nil},
	{"$JS.API.STREAM.DELETE.NEWS_FETCHED", nil},
	{"$JS.API.STREAM.PURGE.NEWS_FETCHED", nil},
	{"$JS.API.STREAM.PURGE.NEWS_ARCHIVED", []string{"archiver", "web"}},
	{"$JS.API.STREAM.MSG.DELETE.NEWS_FETCHED", nil},
	{"$JS.API.STREAM.MSG.GET.NEWS_FETCHED", nil},
	{"$JS.API.STREAM.MSG.GET.NEWS_ARCHIVED", nil},
	{"$JS.API.DIRECT.GET.NEWS_FETCHED", nil},
	{"$JS.API.STREAM.LIST", nil},
	{"$JS.API.CONSUMER.CREATE.NEWS_ARCHIVED", nil},
	{"$JS.API.CONSUMER.CREATE.NEWS_FETCHED.spy.news.>", nil},
	{"$JS.API.CONSUMER.DELETE.NEWS_FETCHED.cleaner", nil},
	{"$JS.API.CONSUMER.MSG.NEXT.NEWS_FETCHED.cleaner", []string{"cleaner"}},
	{"$JS.API.CONSUMER.MSG.NEXT.NEWS_CLASSIFIED.archiver", []string{"archiver"}},
	{"$JS.API.CONSUMER.INFO.NEWS_CLEANED.deduplicator", []string{"deduplicator", "web"}},
	{"$JS.ACK.NEWS_FETCHED.cleaner.1.1.1.1.1", []string{"cleaner"}},
	{"$JS.ACK.NEWS_CLEANED.deduplicator.1.1.1.1.1", []string{"deduplicator"}},
	{"$SYS.REQ.SERVER.PING", []string{"system"}},
	{"_INBOX_web.x", nil},
}

func tryTheForbidden(t *testing.T, user, url, keys string) {
	c := dial(t, user, url, keys)
	if user == keyring.System { // another account: what it publishes meets nobody
		answer, err := c.Request("$JS.API.STREAM.INFO.NEWS_FETCHED", nil, time.Second)
		if err == nil && !strings.Contains(string(answer.Data), `"error"`) {
			t.Errorf("the system account reaches the streams: %s", answer.Data)
		}
		return
	}
	for _, f := range forbidden {
		if slices.Contains(f.who, user) {
			continue
		}
		if err := c.Publish(f.subject, nil); err != nil {
			t.Fatal(err)
		}
		c.wantDenied(t, "Publish", f.subject)
	}
	other := "web"
	if user == other {
		other = "fetcher"
	}
	for _, subject := range []string{">", "news.>", "$JS.>", "_INBOX.>", keyring.Inbox(other) + ".>", "_INBOX_*.>"} {
		if _, err := c.SubscribeSync(subject); err != nil {
			t.Fatal(err)
		}
		c.wantDenied(t, "Subscription", subject)
	}
}

// failed runs the program, which must end by itself with exit code 1, and
// returns what it said last.
func failed(t *testing.T, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Env = append(env, "PATH="+os.Getenv("PATH"))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() }).Stop()
	_ = cmd.Wait() // its code says it
	if code := cmd.ProcessState.ExitCode(); code != 1 {
		t.Errorf("exit code %d, want 1:\n%s", code, stderr.String())
	}
	if said := strings.Count(stderr.String(), "ermissions "); said > 0 {
		t.Errorf("what the server denies is told twice:\n%s", stderr.String())
	}
	lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
	return lines[len(lines)-1]
}

// TestNATSErrors: who is not let in is told why, and what to do, in one line.
func TestNATSErrors(t *testing.T) {
	keys, others := makeKeys(t), makeKeys(t)
	url := startNATS(t, keys)
	plain := address(boot(t, &server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true}))
	options := natsOptions(t, "nats.conf", keys)
	options.Host = "127.0.0.2"
	elsewhere := address(boot(t, options))
	options = natsOptions(t, "nats.conf", keys)
	options.TLSConfig.ClientAuth = tls.RequireAndVerifyClientCert
	mutual := address(boot(t, options))
	dir := t.TempDir()
	store := "MARSAD_STORE__DSN=sqlite://" + filepath.Join(dir, "marsad.db")
	marsad(t, as("admin", url, keys, store), "--data", filepath.Join(dir, "admin"), "migrate")
	spoiled := filepath.Join(dir, "spoiled.nk")
	if err := os.WriteFile(spoiled, []byte("SUASECRET"), 0o600); err != nil {
		t.Fatal(err)
	}
	closed := "nats://127.0.0.1:1,nats://user:secret@127.0.0.1:2"
	for name, test := range map[string]struct {
		user, url string
		env       []string
		want      string
	}{
		"anonymous":         {"cleaner", url, []string{"MARSAD_NATS__NKEY_FILE="}, "refused this client: set nats.nkey_file"},
		"wrong key":         {"cleaner", url, []string{"MARSAD_NATS__NKEY_FILE=" + others + "/cleaner.nk"}, "holds the seed of a user it does not know"},
		"no seed":           {"cleaner", url, []string{"MARSAD_NATS__NKEY_FILE=" + spoiled}, "there is no nkey seed (SU…) in " + spoiled},
		"no file":           {"cleaner", url, []string{"MARSAD_NATS__NKEY_FILE=/nowhere"}, "nats.nkey_file: open /nowhere: no such file"},
		"wrong authority":   {"cleaner", url, []string{"MARSAD_NATS__CA_FILE=" + others + "/ca.crt"}, "is not signed by the authority in nats.ca_file"},
		"no authority":      {"cleaner", url, []string{"MARSAD_NATS__CA_FILE="}, "set nats.ca_file"},
		"no authority here": {"cleaner", url, []string{"MARSAD_NATS__CA_FILE=" + keys + "/users.conf"}, "there is no certificate in"},
		"another host":      {"cleaner", strings.Replace(elsewhere, "localhost", "127.0.0.2", 1), nil, "is for another host"},
		"no TLS there":      {"cleaner", plain, []string{"MARSAD_NATS__NKEY_FILE="}, "does not speak TLS"},
		"no keys there":     {"cleaner", plain, []string{"MARSAD_NATS__CA_FILE="}, "knows no users with keys"},
		"no certificate":    {"cleaner", mutual, nil, "nats.cert_file"},
		"nobody there":      {"cleaner", closed, nil, "no NATS server can be reached at nats://127.0.0.1:1,nats://user:xxxxx@127.0.0.1:2"},
		"another's inbox":   {"cleaner", url, []string{"MARSAD_NATS__INBOX=_INBOX_web"}, "subscribe to _INBOX_web."},
		"another's rights":  {"archiver", url, nil, "may hold the key of another service"},
		"a key, and no URL": {"cleaner", "", nil, "nats.nkey_file: it is for a NATS server outside of the process"},
	} {
		t.Run(name, func(t *testing.T) {
			said := failed(t, as(test.user, test.url, keys, append(test.env, store)...), "--data", filepath.Join(t.TempDir(), "d"), "--http", "127.0.0.1:0", "run", "cleaner")
			if !strings.Contains(said, test.want) || strings.Contains(said, "secret@") || strings.Contains(said, "SUASECRET") {
				t.Errorf("said %q, want %q", said, test.want)
			}
		})
	}
}

// TestNATSDenied: a right that a service lacks ends its process, which names it:
// at the start, or when it is taken away.
func TestNATSDenied(t *testing.T) {
	keys := makeKeys(t)
	for _, lacks := range bus.RightsOf("cleaner").Publish() {
		if strings.HasPrefix(lacks, "$JS.ACK._") || lacks == "$JS.API.INFO" {
			continue // of servers to come; asked when somebody asks whether it is ready
		}
		t.Run(lacks, func(t *testing.T) {
			mine := t.TempDir()
			if err := os.CopyFS(mine, os.DirFS(keys)); err != nil {
				t.Fatal(err)
			}
			conf := string(read(t, keys+"/users.conf"))
			before, after, _ := strings.Cut(conf, "{ # cleaner\n")
			after = strings.Replace(after, fmt.Sprintf("%q\n", lacks), "", 1)
			if err := os.WriteFile(mine+"/users.conf", []byte(before+"{ # cleaner\n"+after), 0o600); err != nil {
				t.Fatal(err)
			}
			url := startNATS(t, mine)
			store := "MARSAD_STORE__DSN=sqlite://" + filepath.Join(t.TempDir(), "marsad.db")
			marsad(t, as("admin", url, keys, store), "--data", filepath.Join(t.TempDir(), "admin"), "migrate")
			began := time.Now()
			said := failed(t, as("cleaner", url, keys, store), "--data", filepath.Join(t.TempDir(), "d"), "--http", "127.0.0.1:0", "run", "cleaner")
			if want := "publish to " + strings.TrimSuffix(lacks, ">"); !strings.Contains(said, want) || !strings.Contains(said, "does not let the user U") {
				t.Errorf("said %q, want %q", said, want)
			}
			if took := time.Since(began); took > 4*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestNATSRevoked: a process whose key is taken off the list while it runs says
// so, and ends.
func TestNATSRevoked(t *testing.T) {
	keys := makeKeys(t)
	t.Setenv("NATS_NAME", "nats")
	t.Setenv("NATS_STORE", "5GB")
	options := natsOptions(t, "nats.conf", keys)
	s := boot(t, options.Clone())
	url := address(s)
	store := "MARSAD_STORE__DSN=sqlite://" + filepath.Join(t.TempDir(), "marsad.db")
	marsad(t, as("admin", url, keys, store), "--data", filepath.Join(t.TempDir(), "admin"), "migrate")
	ended := make(chan string, 1)
	data := filepath.Join(t.TempDir(), "d")
	env := as("cleaner", url, keys, store)
	go func() { ended <- failed(t, env, "--data", data, "--http", "127.0.0.1:0", "run", "cleaner") }()
	until(t, "the cleaner is connected", func() bool { return s.NumClients() == 1 })

	without := *options
	without.Port = s.Addr().(*net.TCPAddr).Port
	without.Nkeys = slices.DeleteFunc(slices.Clone(options.Nkeys), func(u *server.NkeyUser) bool { return u.Nkey == publicKey(t, keys, "cleaner") })
	if err := s.ReloadOptions(&without); err != nil {
		t.Fatal(err)
	}
	if said := <-ended; !strings.Contains(said, "in any more") {
		t.Errorf("said %q", said)
	}
}

func publicKey(t *testing.T, keys, user string) string {
	t.Helper()
	pair, err := nkeys.ParseDecoratedNKey(read(t, filepath.Join(keys, user+".nk")))
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return public
}
