package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/store/open"
	"marsad/pkg/survive"
	"marsad/pkg/world"
)

// What there is when the start and the audit are timed.
const (
	scaleArticles = 100_000
	scaleInLine   = 10_000
	scaleItems    = 1_000_000

	readyWithin = 5 * time.Second
	auditWithin = 10 * time.Second
)

// scale times a start after kill -9 with much to find, and an audit of a
// million items.
func scale(ctx context.Context, o *options) error {
	w, err := world.New(world.Options{Seed: o.seed})
	if err != nil {
		return err
	}
	defer w.Close()
	if err := o.timeStart(ctx, w); err != nil {
		return err
	}
	return o.timeAudit(ctx, w)
}

// rig is one process on a folder of its own.
func (o *options) rig(ctx context.Context, w *world.World, name string) (*survive.Rig, error) {
	c := survive.Campaign{Name: name, World: w, Command: []string{o.binary}, Dir: o.dir, Seed: o.seed, Layout: (*survive.Rig).Single}
	return c.Start(ctx)
}

func (o *options) timeStart(ctx context.Context, w *world.World) (err error) {
	r, err := o.rig(ctx, w, "scale-start")
	if err != nil {
		return err
	}
	defer r.Close()
	n := r.Server()
	if _, err := n.Terminate(ctx); err != nil {
		return err
	}
	s, err := open.Open(ctx, "sqlite://"+n.StoreFile(), open.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	fmt.Fprintf(o.progress, "scale: storing %d articles and %d documents\n", scaleArticles, scaleInLine)
	if err := fillStore(ctx, s); err != nil {
		return err
	}
	if err := n.StartReady(ctx, "MARSAD_CRASH=deduplicator:before_process=hang"); err != nil {
		return err
	}
	err = until(ctx, func() (bool, error) {
		streams, err := r.Depths(ctx)
		return streams["NEWS_CLEANED"] >= scaleInLine, err
	})
	if err != nil {
		return err
	}
	for range 3 {
		n.Kill()
		start := time.Now()
		if err := n.StartReady(ctx, "MARSAD_CRASH=deduplicator:before_process=hang"); err != nil {
			return err
		}
		took := time.Since(start)
		fmt.Fprintf(o.out, "scale: ready %.2f s after a start on kill -9, with %d articles, and %d items in line\n", took.Seconds(), scaleArticles, scaleInLine)
		if took > readyWithin {
			return fmt.Errorf("that is more than %v", readyWithin)
		}
	}
	n.Kill()
	start := time.Now()
	if err := n.StartReady(ctx); err != nil {
		return err
	}
	err = until(ctx, func() (bool, error) {
		stats, err := s.LedgerStats(ctx)
		return stats.Ended[news.Archived] == scaleArticles+scaleInLine, err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(o.out, "scale: all %d were archived %.0f s after that\n", scaleInLine, time.Since(start).Seconds())
	out, err := r.Marsad(ctx, "audit")
	fmt.Fprintf(o.out, "scale: %s", lastLine(out))
	return err
}

// until waits, for some minutes at most.
func until(ctx context.Context, is func() (bool, error)) error {
	for deadline := time.Now().Add(5 * time.Minute); ; {
		if yes, err := is(); yes || err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return errors.New("that takes too long")
		}
		if err := survive.Pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// fillStore archives articles and submits documents that are still to go down
// the line.
func fillStore(ctx context.Context, s store.Store) error {
	const batch = 1000
	r := rand.New(rand.NewPCG(1, 2))
	now := time.Now()
	for first := 0; first < scaleArticles+scaleInLine; first += batch {
		entries, endings, refs := make([]store.Entry, batch), make([]store.Ending, batch), make([]news.Ref, batch)
		for i := range batch {
			text := words(r, 200)
			id := news.NewID(fmt.Sprint(first + i))
			entries[i] = store.Entry{ID: id, Page: &news.Page{Kind: news.PageText, Body: []byte(text)}}
			refs[i] = news.Ref{Item: id, Revision: 1}
			endings[i] = store.Ending{
				Ref: refs[i], Outcome: news.Archived, At: now, Story: id,
				Article: &news.Article{ID: id, Title: text[:60], Authors: []string{}, Lang: "en", Direction: news.LeftToRight, Words: 200, Completeness: news.CompleteFull, Text: text},
				Verdict: &news.Verdict{Kind: news.Original, Rule: "first"},
			}
		}
		if _, err := s.Submit(ctx, now, entries); err != nil {
			return err
		}
		if first >= scaleArticles {
			continue
		}
		if err := s.MarkInLine(ctx, now, refs...); err != nil {
			return err
		}
		if _, err := s.End(ctx, endings); err != nil {
			return err
		}
		if _, err := s.IndexPending(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

func words(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "w%d ", r.IntN(50_000))
	}
	return b.String()
}

func (o *options) timeAudit(ctx context.Context, w *world.World) error {
	r, err := o.rig(ctx, w, "scale-audit")
	if err != nil {
		return err
	}
	defer r.Close()
	fmt.Fprintf(o.progress, "scale: making a ledger of %d items\n", scaleItems)
	if _, err := r.Server().Terminate(ctx); err != nil {
		return err
	}
	if err := fillLedger(ctx, r.Server().StoreFile()); err != nil {
		return err
	}
	if err := r.Server().StartReady(ctx); err != nil {
		return err
	}
	for range 3 {
		start := time.Now()
		out, err := r.Marsad(ctx, "audit")
		if err != nil {
			return err
		}
		took := time.Since(start)
		fmt.Fprintf(o.out, "scale: 'marsad audit' of %d items, beside the running instance: %.1f s: %s", scaleItems, took.Seconds(), lastLine(out))
		if took > auditWithin {
			return fmt.Errorf("that is more than %v", auditWithin)
		}
	}
	return nil
}

// fillLedger writes rows as the store would: nine of ten items have an article,
// and one of a hundred is open.
func fillLedger(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=synchronous(off)&_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	//nolint:dupword // SQL
	for _, query := range []string{
		fmt.Sprintf(`
		INSERT INTO items (n, id, revision, source, state, outcome, has_page, found_at, due_at, claim_at, hash, publisher, host, url)
		WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < %d)
		SELECT n, lower(hex(randomblob(16))), 1, (SELECT id FROM sources LIMIT 1), iif(n %% 100 = 0, 'due', 'ended'),
			CASE WHEN n %% 100 = 0 THEN '' WHEN n %% 10 = 0 THEN 'dropped' ELSE 'archived' END,
			1, n, 1 << 60, 1 << 60, lower(hex(randomblob(16))), '0', 'h.example', 'https://h.example/a/rather/long/address/of/an/article/' || n FROM k`, scaleItems),
		`
		INSERT INTO articles SELECT n << 20, id, 1, 0, n, n, n, id, source, 's', publisher, 'p', 'ar', 'rtl', 'a title', '[]', n, n, url, url, '', '', 1,
			'full', 'original', NULL, 0, 'first', '{}', '[]', hex(zeroblob(1500)), '{}', '' FROM items WHERE outcome = 'archived' ORDER BY n`,
	} {
		if _, err := db.ExecContext(ctx, query); err != nil {
			return err
		}
	}
	return nil
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1] + "\n"
}
