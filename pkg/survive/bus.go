package survive

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"marsad/pkg/stage"
)

// LoseBus deletes the bus's folder while the server is down. What was in line
// is found missing, and becomes due again.
func LoseBus() Fault {
	return Fault{"bus deleted", func(ctx context.Context, r *Rig) error {
		server, fetcher := r.Server(), r.Node("fetcher")
		settings := r.Settings
		settings.ReconcileAfter = 5 * time.Second
		if err := r.Configure(settings); err != nil {
			return err
		}
		if err := r.killWithItemsInLine(ctx); err != nil {
			return err
		}
		if err := os.RemoveAll(filepath.Join(server.Data, "bus")); err != nil {
			return err
		}
		for _, item := range r.World.Published() { // the public tap is gone, too
			r.untold[item.Number] = true
		}
		if _, err := fetcher.Terminate(ctx); err != nil { // for its new settings
			return err
		}
		if err := r.startAll(ctx); err != nil {
			return err
		}
		if err := r.Settle(ctx, nil); err != nil {
			return err
		}
		if n := fetcher.Metric(ctx, "marsad_items_reconciled_total"); n <= 0 {
			return fmt.Errorf("the bus was lost, and %v items were reconciled", n)
		}
		if err := r.Configure(r.Settings); err != nil {
			return err
		}
		if _, err := fetcher.Terminate(ctx); err != nil {
			return err
		}
		return fetcher.StartReady(ctx)
	}}
}

// killWithItemsInLine kills the server while there is something for the
// deduplicator to do.
func (r *Rig) killWithItemsInLine(ctx context.Context) error {
	server, n := r.Server(), r.Node("deduplicator")
	if err := r.alone(ctx, n); err != nil {
		return err
	}
	if _, err := n.Terminate(ctx); err != nil {
		return err
	}
	if n == server {
		if err := n.Start("MARSAD_CRASH=cleaner:" + stage.AfterPubAck + ":10"); err != nil {
			return err
		}
		r.World.Publish(2 * wave)
		return n.AwaitKill(ctx, readyWithin)
	}
	r.World.Publish(2 * wave)
	for deadline := time.Now().Add(r.Patience); time.Now().Before(deadline); {
		streams, err := r.Depths(ctx)
		if err != nil {
			return err
		}
		if streams["NEWS_CLEANED"] > wave {
			break
		}
		if err := Pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	server.Kill()
	return nil
}

// Depths are the numbers of messages in the streams.
func (r *Rig) Depths(ctx context.Context) (map[string]int, error) {
	_, body := r.Server().Get(ctx, "/api/v1/status")
	var status struct{ Streams map[string]int }
	return status.Streams, json.Unmarshal(body, &status)
}

// FullStream publishes more than a stream holds while nobody takes from it:
// the service before must wait, visibly.
func FullStream() Fault {
	return Fault{"stream full", func(ctx context.Context, r *Rig) error {
		for _, n := range r.those("deduplicator") {
			if _, err := n.Terminate(ctx); err != nil {
				return err
			}
		}
		for deadline := time.Now().Add(2 * time.Minute); ; {
			paused := r.Node("cleaner").Metric(ctx, `marsad_stage_paused{stage="cleaner"}`)
			full := r.Server().Metric(ctx, `marsad_bus_stream_bytes{stream="NEWS_CLEANED"}`) / r.Server().Metric(ctx, `marsad_bus_stream_limit_bytes{stream="NEWS_CLEANED"}`)
			if paused == 1 && full > .9 {
				break
			} else if time.Now().After(deadline) {
				return fmt.Errorf("the stream is %.0f %% full, and the cleaner's pause is %v", 100*full, paused)
			}
			r.World.Publish(wave)
			if err := Pause(ctx, 500*time.Millisecond); err != nil {
				return err
			}
		}
		r.Node("cleaner").Kill()
		if err := r.Node("cleaner").Start(); err != nil {
			return err
		}
		return r.startAll(ctx)
	}}
}
