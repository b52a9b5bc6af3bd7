package main

import (
	"os"
	"testing"
	"time"

	"marsad/pkg/stage"
	"marsad/pkg/store/postgres/throwaway"
	"marsad/pkg/survive"
	"marsad/pkg/world"
)

// TestSurvives is a short run of what 'make survive' does at length.
func TestSurvives(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(actAsMain, "1")
	for _, campaign := range []survive.Campaign{
		{
			Name: "single", Layout: (*survive.Rig).Single,
			Faults: []survive.Fault{
				survive.Kill("marsad", 3), survive.LoseBus(), survive.Clock(time.Hour), survive.Terminate("marsad"),
				survive.CrashAt("fetcher", stage.AfterPubAck), survive.CrashAt("archiver", stage.AfterCommit),
				survive.Poison("cleaner", "panic", "panic"),
			},
		},
		{
			Name: "split", Layout: (*survive.Rig).Split,
			Faults: []survive.Fault{
				survive.Kill("server", 2), survive.Kill("archiver", 2), survive.FrozenLeader(stage.AfterCommit),
				survive.CrashAt("cleaner", stage.AfterPublish), survive.CrashAt("deduplicator", stage.AfterCommit),
			},
		},
		{
			Name: "postgres", Layout: (*survive.Rig).Split,
			Faults: []survive.Fault{
				survive.Kill("server", 2), survive.LoseBus(), survive.FrozenLeader(stage.BeforeCommit),
				survive.CrashAt("fetcher", stage.AfterCommit), survive.CrashAt("deduplicator", stage.BeforeCommit), survive.CrashAt("archiver", stage.AfterCommit),
			},
		},
	} {
		t.Run(campaign.Name, func(t *testing.T) {
			t.Parallel()
			if campaign.Name == "postgres" {
				dsn := throwaway.Database(t)
				campaign.Layout = func(r *survive.Rig) error {
					r.Store = dsn
					return r.Split()
				}
			}
			w, err := world.New(world.Options{Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(w.Close)
			campaign.World, campaign.Command, campaign.Dir, campaign.Seed, campaign.Out = w, []string{exe}, t.TempDir(), 1, t.Output()
			report, err := campaign.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			t.Log(report)
		})
	}
}
