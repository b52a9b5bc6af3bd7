package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/keyring"
	"marsad/pkg/news"
)

// startCluster runs three servers as deploy/nats/cluster.conf says.
func startCluster(t *testing.T, keys string) []*server.Server {
	t.Helper()
	const size = 3
	ports, routes := make([]int, size), make([]string, size)
	for i := range size {
		ports[i] = freePort(t)
		routes[i] = "nats://127.0.0.1:" + strconv.Itoa(ports[i])
	}
	t.Setenv("NATS_ROUTES", "["+strings.Join(routes, ", ")+"]")
	t.Setenv("NATS_STORE", "5GB")
	all := make([]*server.Options, size)
	for i := range size {
		t.Setenv("NATS_NAME", "nats-"+strconv.Itoa(i))
		all[i] = natsOptions(t, "cluster.conf", keys)
		if all[i].Cluster.Port != 6222 || len(all[i].Routes) != size {
			t.Fatalf("cluster port %d, routes %v", all[i].Cluster.Port, all[i].Routes)
		}
		all[i].Cluster.Host, all[i].Cluster.Port = "127.0.0.1", ports[i]
	}
	servers := make([]*server.Server, size)
	var starting sync.WaitGroup
	for i := range size {
		starting.Go(func() { servers[i] = boot(t, all[i]) })
	}
	starting.Wait()
	until(t, "the cluster has a leader", func() bool {
		for _, s := range servers {
			if s.JetStreamIsLeader() && len(s.JetStreamClusterPeers()) == size {
				return true
			}
		}
		return false
	})
	return servers
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came that %s", what)
		}
	}
}

// TestNATSRoutes: NATS servers let each other in, and nobody with the certificate
// of another server.
func TestNATSRoutes(t *testing.T) {
	keys := makeKeys(t)
	stolen := t.TempDir() // from PostgreSQL
	for from, to := range map[string]string{"ca.crt": "ca.crt", "users.conf": "users.conf", "postgres.crt": "nats.crt", "postgres.key": "nats.key"} {
		if err := os.WriteFile(filepath.Join(stolen, to), read(t, filepath.Join(keys, from)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("NATS_STORE", "5GB")
	port := freePort(t)
	t.Setenv("NATS_ROUTES", "[nats://127.0.0.1:"+strconv.Itoa(port)+"]")
	join := func(name, keys string, port int) *server.Server {
		t.Helper()
		t.Setenv("NATS_NAME", name)
		options := natsOptions(t, "cluster.conf", keys)
		options.Cluster.Host, options.Cluster.Port = "127.0.0.1", port
		return boot(t, options)
	}
	first := join("nats-0", keys, port)
	stranger := join("stranger", stolen, freePort(t))
	second := join("nats-1", keys, freePort(t))
	until(t, "two servers have found each other", func() bool { return first.NumRoutes() > 0 && second.NumRoutes() > 0 })
	if stranger.NumRoutes() > 0 || first.NumRemotes() > 1 {
		t.Errorf("the stranger has %d routes, and the first server knows %d others", stranger.NumRoutes(), first.NumRemotes())
	}
}

// TestNATSCluster: streams that were on one server of a cluster come to be on
// three; then, whichever dies, publishes and pulls go on, and nothing is lost.
func TestNATSCluster(t *testing.T) {
	keys := makeKeys(t)
	servers := startCluster(t, keys)
	urls := make([]string, len(servers))
	for i, s := range servers {
		urls[i] = address(s)
	}
	connect := func(user string) *bus.Bus {
		t.Helper()
		remote := bus.Remote{URL: strings.Join(urls, ","), NkeyFile: keys + "/" + user + ".nk", CAFile: keys + "/ca.crt", Inbox: keyring.Inbox(user)}
		b, err := remote.Connect(slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(b.Close)
		return b
	}
	limits := bus.Limits{LineBytes: 64 << 20, TapBytes: 64 << 20, Replicas: 1, AckWait: 5 * time.Second}
	admin, fetcher, cleaner := connect(keyring.Admin), connect("fetcher"), connect("cleaner")
	for _, limits.Replicas = range []int{1, 3, 3} {
		if err := admin.Declare(t.Context(), limits); err != nil {
			t.Fatalf("%d replicas: %v", limits.Replicas, err)
		}
	}
	fetcher.Limit(bus.RightsOf("fetcher"))
	cleaner.Limit(bus.RightsOf("cleaner"))
	for name, b := range map[string]*bus.Bus{"fetcher": fetcher, "cleaner": cleaner} {
		if err := b.Verify(t.Context()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	js, err := jetstream.New(dial(t, keyring.Admin, urls[0], keys).Conn)
	if err != nil {
		t.Fatal(err)
	}
	const items = 600
	taken := make(chan int, 1)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	go func() { taken <- takeAll(ctx, cleaner, items) }()
	for i := range items {
		if i == items/3 {
			leader := fetchedInfo(t, js).Leader
			for _, s := range servers {
				if s.Name() == leader {
					stop(s)
				}
			}
		}
		insist(ctx, t, fetcher, fmt.Sprint(i))
	}
	if got := <-taken; got != items {
		t.Errorf("%d of %d items were taken", got, items)
	}
	// Two of three servers are enough, also to say so.
	if err := fetcher.Ping(t.Context()); err != nil {
		t.Errorf("after a server died: %v", err)
	}
}

// fetchedInfo is what the servers say of NEWS_FETCHED.
func fetchedInfo(t *testing.T, js jetstream.JetStream) *jetstream.ClusterInfo {
	t.Helper()
	stream, err := js.Stream(t.Context(), bus.Cleaner.Stream)
	if err != nil {
		t.Fatal(err)
	}
	return stream.CachedInfo().Cluster
}

// insist publishes as services do: an error means that the bus is away, and the
// same message is sent again; it must never be one that ends the item.
func insist(ctx context.Context, t *testing.T, b *bus.Bus, name string) {
	t.Helper()
	m := &event.Message{Subject: event.KindFetched.Subject(news.Ref{Item: news.NewID(name), Revision: 1}), Header: map[string][]string{}}
	for {
		err := b.Publish(ctx, m)
		switch {
		case err == nil:
			return
		case errors.Is(err, bus.ErrTooLarge), errors.Is(err, bus.ErrNotAllowed), errors.Is(err, bus.ErrMissing), ctx.Err() != nil:
			t.Fatalf("publish %s: %v", name, err)
		}
		t.Logf("paused: %v", err)
		time.Sleep(100 * time.Millisecond)
	}
}

// takeAll takes messages until it has met so many items, and returns how many.
func takeAll(ctx context.Context, b *bus.Bus, want int) int {
	met := map[string]bool{}
	for len(met) < want && ctx.Err() == nil {
		consumer, err := b.Pull(ctx, bus.Cleaner)
		if err != nil {
			continue
		}
		for err == nil && len(met) < want && ctx.Err() == nil {
			err = takeSome(consumer, met)
		}
	}
	return len(met)
}

func takeSome(consumer jetstream.Consumer, met map[string]bool) error {
	batch, err := consumer.Fetch(50, jetstream.FetchMaxWait(time.Second))
	if err != nil {
		return err
	}
	for m := range batch.Messages() {
		met[m.Subject()] = true
		if err := m.Ack(); err != nil {
			return err
		}
	}
	return batch.Error()
}
