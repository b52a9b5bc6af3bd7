package fetcher

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/net/dns/dnsmessage"

	"marsad/pkg/news"
)

// internet stands for all of it: names are resolved by a server of the test, the
// one address that is public is on loopback, and connections are counted before
// they are made.
type internet struct {
	client *client
	public string       // address of the one server that may be reached
	dialed atomic.Int32 // connections to anything else
	secret atomic.Int32 // requests that reached a server that is not public

	mu    sync.Mutex
	names map[string][]netip.Addr // what names resolve to; the first is used up, the last stays
	leads string                  // where the public server redirects to
}

const publicIP = "127.0.0.2"

func newInternet(t *testing.T) *internet {
	t.Helper()
	n := &internet{names: map[string][]netip.Addr{}}
	n.public = n.listen(t, publicIP, func(w http.ResponseWriter, _ *http.Request) {
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.leads != "" {
			w.Header().Set("Location", n.leads)
			w.WriteHeader(http.StatusFound)
		}
	})
	cfg := DefaultConfig()
	cfg.AllowNetworks = []string{publicIP + "/32"}
	c, err := newClient(cfg, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	resolver := n.resolver(t)
	c.direct.DialContext = (&net.Dialer{Resolver: resolver, ControlContext: func(ctx context.Context, network, address string, conn syscall.RawConn) error {
		err := c.guard.control(ctx, network, address, conn)
		if host, _, _ := net.SplitHostPort(address); err == nil && host != publicIP {
			n.dialed.Add(1)
			return errors.New("that would have been a connection")
		}
		return err
	}}).DialContext
	n.client = c
	return n
}

func (n *internet) listen(t *testing.T, ip string, handler http.HandlerFunc) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
	if err != nil {
		t.Skip("this machine has no such address of loopback:", err)
	}
	server := &http.Server{Handler: handler}
	server.SetKeepAlivesEnabled(false)         // every request looks the name up again
	go func() { _ = server.Serve(listener) }() // until Close
	t.Cleanup(func() { server.Close() })
	return listener.Addr().String()
}

// resolver asks a name server of the test, over a real socket.
func (n *internet) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.answerQueries(conn)
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (n *internet) answerQueries(conn net.PacketConn) {
	query := make([]byte, 1500)
	for {
		size, from, err := conn.ReadFrom(query)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(query[:size]) != nil || len(m.Questions) != 1 {
			continue
		}
		m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
		q := m.Questions[0]
		addr, known := n.lookUp(strings.TrimSuffix(q.Name.String(), "."), q.Type)
		header := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 0}
		switch {
		case !known:
			m.RCode = dnsmessage.RCodeNameError
		case q.Type == dnsmessage.TypeA && addr.Is4():
			m.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AResource{A: addr.As4()}}}
		case q.Type == dnsmessage.TypeAAAA && addr.Is6():
			m.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AAAAResource{AAAA: addr.As16()}}}
		}
		if answer, err := m.Pack(); err == nil {
			_, _ = conn.WriteTo(answer, from)
		}
	}
}

// lookUp is what a name resolves to now. Every question of a type that it has
// an answer for uses one up, until the last.
func (n *internet) lookUp(name string, kind dnsmessage.Type) (addr netip.Addr, known bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := n.names[name]
	if len(list) == 0 {
		return addr, false
	}
	addr = list[0]
	if len(list) > 1 && (kind == dnsmessage.TypeA) == addr.Is4() {
		n.names[name] = list[1:]
	}
	return addr, true
}

func (n *internet) resolve(name string, addrs ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.names[name] = nil
	for _, a := range addrs {
		n.names[name] = append(n.names[name], netip.MustParseAddr(a))
	}
}

func (n *internet) redirectTo(address string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.leads = address
}

// get requests an address and returns the reason why it could not be had.
func (n *internet) get(t *testing.T, address string) string {
	t.Helper()
	a, err := n.client.get(t.Context(), request{kind: kindPage, url: address, limit: 1 << 10})
	a.done()
	if err == nil {
		return ""
	}
	return asFailure(err).reason
}

// blockedHosts are ways to write, in an address, what is not on the public internet.
var blockedHosts = []string{
	// this machine
	"127.0.0.1", "127.1.2.3", "127.255.255.254", "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "0.0.0.0", "0.1.2.3",
	"[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]",
	// networks of others
	"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "169.254.169.254", "169.254.1.1", "100.64.0.1", "100.127.255.254",
	"192.0.0.8", "192.0.0.170", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.254", "198.51.100.1", "203.0.113.1",
	"224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
	"[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[::ffff:192.168.1.1]", "[fc00::1]", "[fd00:ec2::254]", "[fe80::1]", "[fe80::1%25lo]", "[fec0::1]", "[ff02::1]",
	// what stands for addresses of version 4
	"[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2001::1]", "[2001:0:7f00:1::]",
	"[100::1]", "[2001:db8::1]", "[3fff::1]", "[5f00::1]", "[2606:4700::1111%25eth0]",
}

// oddHosts are spellings that some programs take for addresses, and Go's own
// resolver for names that do not exist.
var oddHosts = []string{"2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.1", "127.0.1", "0", "①②⑦.⓪.⓪.①", "localhost", "localhost.", "LOCALHOST"}

// TestNoConnection: to nothing that is not public, neither asked for directly, nor by a redirect,
// nor under a name, nor under a name that was public a moment ago.
func TestNoConnection(t *testing.T) {
	n := newInternet(t)
	secret := n.listen(t, "127.0.0.1", func(http.ResponseWriter, *http.Request) { n.secret.Add(1) })
	_, secretPort, _ := net.SplitHostPort(secret)
	_, publicPort, _ := net.SplitHostPort(n.public)
	forms := append(append([]string(nil), blockedHosts...), oddHosts...)
	for i, host := range forms {
		odd := i >= len(blockedHosts)
		want := func(how, got string) {
			if got != ReasonBlockedAddress && (!odd || got != ReasonDNS) {
				t.Errorf("%s, %s: %q", host, how, got)
			}
		}
		for _, port := range []string{"80", secretPort} {
			address := "http://" + host + ":" + port + "/"
			n.redirectTo("")
			want("directly", n.get(t, address))
			n.redirectTo(address)
			want("by a redirect", n.get(t, "http://"+n.public+"/"))
		}
		addr, err := netip.ParseAddr(strings.NewReplacer("[", "", "]", "", "%25", "%").Replace(host))
		if err != nil {
			continue // no address that a name can have
		}
		addr = addr.WithZone("")
		if addr == netip.MustParseAddr("2606:4700::1111") {
			continue // public without its zone
		}
		n.redirectTo("")
		name := fmt.Sprintf("name%d.example", i)
		n.resolve(name, addr.String())
		want("by its name", n.get(t, "http://"+name+"/"))
		n.resolve(name, publicIP, addr.String())
		address := "http://" + name + ":" + publicPort + "/"
		n.redirectTo(address)
		want("by a name that changes its address", n.get(t, address))
		n.redirectTo("")
		want("by its name, later", n.get(t, address))
	}
	if n.dialed.Load() != 0 || n.secret.Load() != 0 {
		t.Errorf("%d connections, %d requests", n.dialed.Load(), n.secret.Load())
	}
	t.Logf("%d forms", len(forms))
}

// localNames mean something only to the network of whoever resolves them.
var localNames = []string{
	"a.localhost", "printer.local", "PRINTER.LOCAL.", "metadata.google.internal", "internal", "router.home.arpa", "home.arpa.", "intranet",
	"127.0.0.1.", "0x7F000001", "0X7f.1", "127.0.0.0x1", "00000177.1", "1.2.3.4.5", "a.0x", "127。0。0。1", "１２７.1", "xn--a", "a..",
}

// TestNoConnectionThroughProxy: a proxy resolves names itself, where the guard
// cannot look. It is not asked for what no public name stands for.
func TestNoConnectionThroughProxy(t *testing.T) {
	n := newInternet(t)
	var asked []string
	proxy := "http://" + n.listen(t, "127.0.0.1", func(_ http.ResponseWriter, r *http.Request) { asked = append(asked, r.URL.String()) })
	get := func(address string) string {
		a, err := n.client.get(t.Context(), request{kind: kindPage, url: address, limit: 1 << 10, options: news.Options{Proxy: proxy}})
		a.done()
		if err == nil {
			return ""
		}
		return asFailure(err).reason
	}
	for _, host := range slices.Concat(blockedHosts, oddHosts, localNames) {
		for _, scheme := range []string{"http", "https"} {
			if got := get(scheme + "://" + host + "/"); got != ReasonBlockedAddress {
				t.Errorf("%s://%s: %q", scheme, host, got)
			}
		}
	}
	if len(asked) > 0 {
		t.Errorf("the proxy was asked for %q", asked)
	}
	for _, host := range []string{"a.example", "a.example.", "0x7f.example", "1.example", "under_score.example", "local.example", "nolocal.example", "xn--mgbh0fb.example"} {
		if got := get("http://" + host + "/"); got != "" {
			t.Errorf("%s: %q", host, got)
		}
	}
}

// TestNoOtherPort: also of public addresses.
func TestNoOtherPort(t *testing.T) {
	n := newInternet(t)
	n.resolve("public.example", "93.184.215.14")
	for _, port := range []string{"1", "22", "25", "6379", "9200", "65535"} {
		for how, address := range map[string]string{"directly": "http://93.184.215.14:" + port, "by name": "https://public.example:" + port} {
			if got := n.get(t, address); got != ReasonBlockedAddress {
				t.Errorf("port %s, %s: %q", port, how, got)
			}
		}
	}
	if n.dialed.Load() != 0 {
		t.Errorf("%d connections", n.dialed.Load())
	}
}
