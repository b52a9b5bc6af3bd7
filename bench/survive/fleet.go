package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"marsad/pkg/stage"
	"marsad/pkg/store/postgres/throwaway"
	"marsad/pkg/survive"
	"marsad/services/deduplicator"
)

// fleet is Marsad at its largest: two processes for each service, on a cluster
// of NATS servers with three replicas of everything, and on PostgreSQL. All
// connections between them go through proxies.
type fleet struct {
	bus   *cluster
	store *throwaway.Cluster
	dsn   string           // straight to the store
	ways  map[string]*link // to the store, by process
}

// database is the one of the store.
const database = "marsad"

// newFleet starts what the services run on.
func newFleet(ctx context.Context, o *options, name string) (f *fleet, err error) {
	f = &fleet{ways: map[string]*link{}}
	dir := filepath.Join(o.dir, name)
	if err := errors.Join(os.MkdirAll(dir, 0o711), os.Chmod(o.dir, 0o711)); err != nil { // whoever PostgreSQL runs as must get there
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.close())
		}
	}()
	binary, err := filepath.Abs(filepath.Join(o.dir, "nats-server"))
	if err != nil {
		return f, err
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/nats-io/nats-server/v2")
	build.Dir, build.Stderr = filepath.Join(o.root, "bench"), o.progress
	if err := build.Run(); err != nil {
		return f, fmt.Errorf("build the NATS server: %w", err)
	}
	if f.bus, err = newCluster(ctx, dir, binary); err != nil {
		return f, err
	}
	if f.store, err = throwaway.Start(ctx, throwaway.Options{Dir: filepath.Join(dir, "postgres")}); err != nil {
		return f, err
	}
	f.dsn, err = f.store.CreateDatabase(ctx, database, "")
	return f, err
}

func (f *fleet) close() (err error) {
	if f.store != nil {
		err = f.store.Stop()
	}
	if f.bus != nil {
		f.bus.close()
	}
	for _, l := range f.ways {
		l.close()
	}
	return err
}

// layout makes a rig of the fleet.
func (f *fleet) layout(r *survive.Rig) error {
	r.Bus, r.Store = f.bus.url(false), f.dsn
	r.Settings.Replicas, r.Settings.Lease = servers, deduplicator.DefaultConfig().Lease
	return r.Fleet(func(process string) (bus, dsn string, err error) {
		way := &link{}
		addr, err := way.to(f.store.Addr())
		if err != nil {
			return "", "", err
		}
		f.ways[process] = way
		u, err := url.Parse(f.dsn)
		if err != nil {
			return "", "", err
		}
		u.Host = addr
		return f.bus.url(true), u.String(), nil
	})
}

// plagues are what befalls it, times of each.
func (f *fleet) plagues(n numbers) []survive.Plague {
	all := []survive.Plague{
		survive.KillLeader(n.kills), survive.KillStandby(n.kills), survive.FreezeLeader(n.freezes),
		f.killStore(n.servers), f.killServer(n.servers),
		f.cutStore(n.cuts), f.cutBus(n.cuts), f.cutRoutes(n.cuts),
	}
	for _, service := range []string{"fetcher", "cleaner", "classifier", "archiver", "web"} {
		all = append(all, survive.KillOne(service, n.kills))
	}
	return all
}

// killStore kills PostgreSQL with all its processes, which then recovers.
func (f *fleet) killStore(times int) survive.Plague {
	return survive.Plague{Name: "kill PostgreSQL", Times: times, Do: func(ctx context.Context, r *survive.Rig, chance *rand.Rand) error {
		r.CountKill("postgres")
		defer r.Trouble("postgres")()
		if err := f.store.Kill(); err != nil {
			return err
		}
		if err := survive.Pause(ctx, survive.Within(chance, 0, 3*time.Second)); err != nil {
			return err
		}
		return f.store.Restart(ctx)
	}}
}

// killServer kills a NATS server, one that leads something every other time; now
// and then a second one before it is back.
func (f *fleet) killServer(times int) survive.Plague {
	return survive.Plague{Name: "kill a NATS server", Times: times, Do: func(ctx context.Context, r *survive.Rig, chance *rand.Rand) error {
		victims := f.victims(ctx, chance)
		for _, s := range victims {
			r.CountKill(s.name)
			defer r.Trouble(s.name)()
			s.kill()
			if err := survive.Pause(ctx, survive.Within(chance, 0, 2*time.Second)); err != nil {
				return err
			}
		}
		for _, s := range victims {
			if err := s.start(); err != nil {
				return err
			}
		}
		for _, s := range victims {
			if err := s.awaitHealthy(ctx); err != nil {
				return err
			}
		}
		return nil
	}}
}

func (f *fleet) victims(ctx context.Context, chance *rand.Rand) []*server {
	victims := make([]*server, 0, servers)
	for _, i := range chance.Perm(servers) {
		victims = append(victims, f.bus.servers[i])
	}
	if chance.IntN(2) == 0 {
		leaders, err := victims[0].leaders(ctx)
		thing := chance.IntN(1000)
		for i, s := range victims {
			if err == nil && s.name == leaders[thing%len(leaders)] {
				victims[0], victims[i] = s, victims[0]
			}
		}
	}
	if chance.IntN(5) == 0 {
		return victims[:2]
	}
	return victims[:1]
}

// cutStore cuts the way of one process to PostgreSQL: that of the deduplicator
// that decides, or of any, or of all of them.
func (f *fleet) cutStore(times int) survive.Plague {
	return survive.Plague{Name: "cut off from PostgreSQL", Times: times, Do: func(ctx context.Context, r *survive.Rig, chance *rand.Rand) error {
		switch chance.IntN(3) {
		case 0:
			return survive.IsolateLeader(ctx, r, func(n *survive.Node) error { return cutOff(ctx, chance, f.ways[n.Name]) })
		case 1:
			n := r.Nodes[chance.IntN(len(r.Nodes))]
			defer r.Trouble("the way of " + n.Name)()
			return cutOff(ctx, chance, f.ways[n.Name])
		}
		var all []*link
		for _, n := range r.Nodes {
			all = append(all, f.ways[n.Name])
		}
		defer r.Trouble("the ways to postgres")()
		return cutOff(ctx, chance, all...)
	}}
}

// cutBus cuts all processes off from one NATS server, or from all.
func (f *fleet) cutBus(times int) survive.Plague {
	return survive.Plague{Name: "cut off from NATS", Times: times, Do: func(ctx context.Context, r *survive.Rig, chance *rand.Rand) error {
		var ways []*link
		for _, s := range f.bus.servers {
			ways = append(ways, &s.way)
		}
		if chance.IntN(3) > 0 {
			i := chance.IntN(len(ways))
			ways = ways[i : i+1]
		}
		defer r.Trouble("the ways to nats")()
		return cutOff(ctx, chance, ways...)
	}}
}

// cutRoutes cuts one NATS server off from another, or from both.
func (f *fleet) cutRoutes(times int) survive.Plague {
	return survive.Plague{Name: "cut between NATS servers", Times: times, Do: func(ctx context.Context, r *survive.Rig, chance *rand.Rand) error {
		who := chance.Perm(servers)
		links := f.bus.between(who[0], who[1])
		if chance.IntN(2) == 0 {
			links = append(links, f.bus.between(who[0], who[2])...)
		}
		defer r.Trouble("the ways between nats")()
		return cutOff(ctx, chance, links...)
	}}
}

// numbers are how often things are done, and for how long.
type numbers struct {
	kills, servers, cuts, freezes int
	length                        time.Duration
	faults                        []survive.Fault // afterwards, one by one
}

func (o *options) numbers() numbers {
	if o.short {
		return numbers{kills: 4, servers: 3, cuts: 2, freezes: 1, length: 100 * time.Second}
	}
	return numbers{
		kills: o.serviceKills, servers: 20, cuts: 6, freezes: 5, length: 20 * time.Minute,
		faults: append(everyPoint(), survive.FrozenLeader(stage.AfterCommit), survive.FrozenLeader(stage.BeforeCommit)),
	}
}

// overlapping is the run of the fleet: whatever can go wrong in it does, at once.
func overlapping(ctx context.Context, o *options) (err error) {
	f, err := newFleet(ctx, o, "fleet")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	n := o.numbers()
	c := survive.Campaign{
		Name: "fleet", Layout: f.layout, Plagues: f.plagues(n), Length: n.length, Every: 200 * time.Millisecond, Patience: 3 * time.Minute,
		Faults: n.faults,
	}
	if o.other != "" {
		c.Other = []string{o.other}
	}
	return o.survives(ctx, c, 0)
}

// brokenFleet holds that a wrong build is noticed there, too.
func brokenFleet(ctx context.Context, o *options) (err error) {
	return o.notices(ctx, defects[0], "-fleet", func(r *survive.Rig) error {
		f, failed := newFleet(ctx, o, filepath.Base(r.Dir))
		if failed != nil {
			return failed
		}
		r.OnClose(f.close)
		return f.layout(r)
	})
}
