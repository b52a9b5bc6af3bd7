package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"strings"
	"time"

	"marsad/pkg/survive"
)

// What must suffice under pressure, in bytes.
const (
	streamBytes  = 8 << 20                         // limit of each stream
	busBytes     = (4*streamBytes + 4<<20) * 5 / 4 // on disk: four full streams, the dropped ones, a quarter of head-room
	processBytes = 512 << 20                       // peak memory of one process
)

// pressure stops the archiver until every service before it waits for room.
func pressure(ctx context.Context, o *options) error {
	return o.survives(ctx, survive.Campaign{
		Name: "pressure", Layout: (*survive.Rig).Split, Settings: survive.Settings{LineBytes: streamBytes},
		Faults: []survive.Fault{{Name: "archiver stopped until the line is full", Do: o.archiverStopped}},
	}, 1200)
}

func (o *options) archiverStopped(ctx context.Context, r *survive.Rig) error {
	if _, err := r.Node("archiver").Terminate(ctx); err != nil {
		return err
	}
	start := time.Now()
	for !lineFull(ctx, r) {
		if time.Since(start) > 8*time.Minute {
			return errors.New("the line did not come to a stop in 8 minutes")
		}
		r.World.Publish(100)
		if err := survive.Pause(ctx, 500*time.Millisecond); err != nil {
			return err
		}
	}
	fmt.Fprintf(o.out, "pressure: %d items published, the line came to a stop after %v\n", len(r.World.Published()), time.Since(start).Round(time.Second))
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
	if !maps.Equal(before, after) {
		return errors.New("the line took more although it was full")
	}
	return errors.Join(o.measure(r), r.Node("archiver").StartReady(ctx))
}

// lineFull reports whether all services before the archiver wait for room.
func lineFull(ctx context.Context, r *survive.Rig) bool {
	for _, stage := range []string{"classifier", "deduplicator", "cleaner"} {
		if paused(ctx, r, stage, stage) < 1 && (stage != "deduplicator" || paused(ctx, r, "standby", stage) < 1) {
			return false
		}
	}
	for _, fetcher := range []string{"fetcher", "fetcher2"} {
		if r.Node(fetcher).Metric(ctx, `marsad_fetcher_paused{reason="bus"}`) < 1 {
			return false
		}
	}
	return true
}

func paused(ctx context.Context, r *survive.Rig, node, stage string) float64 {
	return r.Node(node).Metric(ctx, fmt.Sprintf(`marsad_stage_paused{stage=%q}`, stage))
}

// measure prints the peak memory of each process and what is on the disk, and
// fails if that is more than must suffice.
func (o *options) measure(r *survive.Rig) error {
	var line strings.Builder
	var err error
	all := 0
	for _, n := range r.Nodes {
		peak := n.PeakMemory()
		all += peak
		fmt.Fprintf(&line, " %s %d,", n.Name, peak>>20)
		if peak > processBytes {
			err = errors.Join(err, fmt.Errorf("%s took %d MB of memory", n.Name, peak>>20))
		}
	}
	onBus, inStore := size(filepath.Join(r.Server().Data, "bus")), size(r.Server().StoreFile())+size(r.Server().StoreFile()+"-wal")
	fmt.Fprintf(o.out, "pressure: peak memory in MB:%s all %d; disk: bus %d MB, store %d MB\n", line.String(), all>>20, onBus>>20, inStore>>20)
	if onBus > busBytes {
		err = errors.Join(err, fmt.Errorf("the bus takes %d MB on disk", onBus>>20))
	}
	return err
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
