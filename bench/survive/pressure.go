package main

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"marsad/pkg/survive"
)

// streamBytes is the limit of each stream under pressure.
const streamBytes = 8 << 20

// pressure stops the archiver until every service before it waits for room.
func pressure(ctx context.Context, o *options) error {
	return o.survives(ctx, survive.Campaign{
		Name: "pressure", Layout: (*survive.Rig).Split, Settings: survive.Settings{LineBytes: streamBytes},
		Faults: []survive.Fault{{Name: "archiver stopped until the line is full", Do: o.archiverStopped}},
	}, 1200)
}

// upstream are the services that must come to a stop, last first.
var upstream = []string{"classifier", "deduplicator", "cleaner", "fetcher"}

func (o *options) archiverStopped(ctx context.Context, r *survive.Rig) error {
	if _, err := r.Node("archiver").Terminate(ctx); err != nil {
		return err
	}
	if _, err := r.Node("standby").Terminate(ctx); err != nil {
		return err
	}
	start := time.Now()
	for waiting := ""; waiting != "classifier deduplicator cleaner fetcher "; {
		if time.Since(start) > 8*time.Minute {
			return fmt.Errorf("only these came to a stop: %s", waiting)
		}
		if waiting == "" || !strings.Contains(waiting, "fetcher") {
			r.World.Publish(100)
		}
		if err := survive.Pause(ctx, 500*time.Millisecond); err != nil {
			return err
		}
		waiting = ""
		for _, service := range upstream {
			if code, _ := r.Node(service).Get(ctx, "/readyz"); code == http.StatusServiceUnavailable {
				waiting += service + " "
			}
		}
	}
	fmt.Fprintf(o.out, "pressure: %d items published, the line came to a stop after %v\n", len(r.World.Published()), time.Since(start).Round(time.Second))
	o.measure(ctx, r, "stopped")
	before, err := r.Depths(ctx)
	if err != nil {
		return err
	}
	r.World.Publish(500)
	if err := survive.Pause(ctx, 30*time.Second); err != nil {
		return err
	}
	after, err := r.Depths(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.out, "pressure: messages when it stopped %v, 500 items and 30 s later %v\n", before, after)
	o.measure(ctx, r, "30 s later")
	return r.Node("archiver").StartReady(ctx)
}

// measure prints the peak of memory of each process, and what is on the disk.
func (o *options) measure(_ context.Context, r *survive.Rig, when string) {
	var all int
	for _, n := range r.Nodes {
		if peak := n.PeakMemory(); peak > 0 {
			all += peak
			fmt.Fprintf(o.out, "pressure: %s: peak memory of %-12s %4d MB\n", when, n.Name, peak>>20)
		}
	}
	fmt.Fprintf(o.out, "pressure: %s: peak memory of all processes %d MB; disk: bus %d MB of %d MB, store %d MB\n", when,
		all>>20, size(filepath.Join(r.Server().Data, "bus"))>>20, 4*streamBytes>>20, (size(r.Server().StoreFile())+size(r.Server().StoreFile()+"-wal"))>>20)
}

// size is that of a file, or of all files in a folder.
func size(path string) (bytes int64) {
	_ = filepath.WalkDir(path, func(_ string, entry fs.DirEntry, _ error) error { // files come and go
		if entry == nil || entry.IsDir() {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}
