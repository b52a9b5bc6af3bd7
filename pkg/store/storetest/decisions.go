package storetest

import (
	"errors"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

func (w *world) acquire(owner string, at time.Time) store.Lease {
	w.Helper()
	lease, err := w.AcquireLease(w.Context(), "deduplicator", owner, at, time.Minute)
	w.must(err)
	return lease
}

func testLeases(w *world) {
	ctx := w.Context()
	a := w.acquire("a", start)
	equal(w, w.acquire("a", after(30*time.Second)), a) // until 1m30s
	if _, err := w.AcquireLease(ctx, "deduplicator", "b", after(89*time.Second), time.Minute); !errors.Is(err, store.ErrLeaseLost) {
		w.Errorf("taking a held lease: %v", err)
	}
	b := w.acquire("b", after(90*time.Second))
	if b.Epoch <= a.Epoch {
		w.Errorf("epoch %d after %d", b.Epoch, a.Epoch)
	}
	w.must(w.ReleaseLease(ctx, a)) // lost: harmless
	if _, err := w.AcquireLease(ctx, "deduplicator", "a", after(91*time.Second), time.Minute); !errors.Is(err, store.ErrLeaseLost) {
		w.Errorf("b's lease went with a's: %v", err)
	}
	w.must(w.ReleaseLease(ctx, b))
	again := w.acquire("b", after(92*time.Second))
	if again.Epoch <= b.Epoch {
		w.Errorf("epoch %d after a release at %d", again.Epoch, b.Epoch)
	}
	other, err := w.AcquireLease(ctx, "other", "a", start, time.Minute)
	w.must(err)
	equal(w, other.Owner, "a")
}

func testDecisions(w *world) {
	ctx := w.Context()
	lease := w.acquire("a", start)
	ref := news.Ref{Item: news.NewID("item"), Revision: 1}
	decision := store.Decision{Ref: ref, Verdict: news.Verdict{Kind: news.Copy, Of: new(news.NewID("o")), Similarity: .75, Rule: "text"},
		Story: news.NewID("s"), At: start}
	seen := store.Fingerprint{Kind: store.FingerprintText, Hash: "h", Item: ref.Item, Story: decision.Story, Title: "t", At: start}
	changed, changedSeen := decision, seen
	changed.Story, changedSeen.Item = news.NewID("x"), news.NewID("x")
	later := decision
	later.Ref.Revision, later.Verdict.Of = 2, nil

	w.must(w.Decide(ctx, lease, func(tx store.DecisionTx) error {
		if _, err := tx.Decision(ref); !errors.Is(err, store.ErrNotFound) {
			w.Errorf("no decision yet: %v", err)
		}
		if _, err := tx.Fingerprint(seen.Kind, seen.Hash); !errors.Is(err, store.ErrNotFound) {
			w.Errorf("no fingerprint yet: %v", err)
		}
		return errors.Join(tx.SaveDecision(decision), tx.SaveDecision(later), tx.SaveDecision(changed),
			tx.SaveFingerprint(seen), tx.SaveFingerprint(changedSeen))
	}))
	read := func(lease store.Lease) (got []any, err error) {
		err = w.Decide(ctx, lease, func(tx store.DecisionTx) error {
			d, err1 := tx.Decision(ref)
			l, err2 := tx.LatestDecision(ref.Item)
			f, err3 := tx.Fingerprint(seen.Kind, seen.Hash)
			_, err4 := tx.Fingerprint(store.FingerprintURL, seen.Hash)
			if !errors.Is(err4, store.ErrNotFound) {
				w.Errorf("a fingerprint of another kind: %v", err4)
			}
			got = []any{d, l, f}
			return errors.Join(err1, err2, err3)
		})
		return got, err
	}
	got, err := read(lease)
	w.must(err)
	equal(w, got, []any{decision, later, seen})

	refused := errors.New("refused")
	if err := w.Decide(ctx, lease, func(tx store.DecisionTx) error {
		return errors.Join(tx.SaveFingerprint(store.Fingerprint{Kind: store.FingerprintURL, Hash: "h", At: start}), refused)
	}); !errors.Is(err, refused) {
		w.Errorf("fn's error is lost: %v", err)
	}
	_, err = read(lease) // finds no trace of it
	w.must(err)

	testTakeOver(w, lease, read)
}

// testTakeOver shows that who lost the lease decides nothing more, even if it
// does not know.
func testTakeOver(w *world, old store.Lease, read func(store.Lease) ([]any, error)) {
	_, err := w.AcquireLease(w.Context(), old.Name, "b", after(10*time.Minute), time.Minute)
	w.must(err)
	if _, err := read(old); !errors.Is(err, store.ErrLeaseLost) {
		w.Errorf("deciding under a lost lease: %v", err)
	}
	back, err := w.AcquireLease(w.Context(), old.Name, old.Owner, after(20*time.Minute), time.Minute)
	w.must(err)
	if _, err := read(old); !errors.Is(err, store.ErrLeaseLost) {
		w.Errorf("deciding under an old epoch of one's own: %v", err)
	}
	_, err = read(back)
	w.must(err)
}

func testSharedEpochs(one, other *world) {
	old := one.acquire("one", start)
	taken := other.acquire("other", after(time.Hour))
	if err := one.Decide(one.Context(), old, func(store.DecisionTx) error { return nil }); !errors.Is(err, store.ErrLeaseLost) {
		one.Errorf("deciding after another process took over: %v", err)
	}
	one.must(other.Decide(one.Context(), taken, func(store.DecisionTx) error { return nil }))
}
