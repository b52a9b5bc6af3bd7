package bus_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
)

// TestRights: the lists are as short as this.
func TestRights(t *testing.T) {
	want := []string{
		"$JS.ACK.NEWS_CLEANED.deduplicator.>", "$JS.ACK._.*.NEWS_CLEANED.deduplicator.>",
		"$JS.API.CONSUMER.INFO.NEWS_CLEANED.deduplicator", "$JS.API.CONSUMER.MSG.NEXT.NEWS_CLEANED.deduplicator",
		"$JS.API.INFO",
		"$JS.API.STREAM.INFO.NEWS_CLEANED", "$JS.API.STREAM.INFO.NEWS_DEDUPLICATED", "$JS.API.STREAM.INFO.NEWS_ENDED",
		"news.dead.>", "news.deduplicated.>",
	}
	if got := bus.RightsOf("deduplicator").Publish(); !slices.Equal(got, want) {
		t.Errorf("the deduplicator may publish to\n%q\nwant\n%q", got, want)
	}
	all := bus.RightsOf().Publish()
	for _, service := range bus.Services() {
		for _, subject := range bus.RightsOf(service).Publish() {
			if !slices.Contains(all, subject) {
				t.Errorf("%s has a right that all together have not: %s", service, subject)
			}
		}
	}
}

// TestLimit: what is not its own, a process does not even ask for.
func TestLimit(t *testing.T) {
	b := connect(t, t.TempDir())
	if err := b.Declare(t.Context(), small); err != nil {
		t.Fatal(err)
	}
	b.Limit(bus.RightsOf("cleaner"))
	if err := b.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	ref := news.Ref{Item: news.NewID("a"), Revision: 1}
	cleaned := &event.Message{Subject: event.KindCleaned.Subject(ref), Header: map[string][]string{}}
	if err := b.Publish(t.Context(), cleaned); err != nil {
		t.Errorf("its own event: %v", err)
	}
	for name, err := range map[string]error{
		"publish":  b.Publish(t.Context(), fetched("a", 10)),
		"purge":    b.Unpublish(t.Context(), ref),
		"look":     second(b.Where(t.Context(), news.Ref{Item: news.NewID("b"), Revision: 1})), // from the start of the line to its end
		"depths":   second(b.Depths(t.Context())),
		"consumer": second(b.Pull(t.Context(), bus.Archiver)),
		"tap":      b.EachArchived(t.Context(), func(*event.Message) error { return nil }),
	} {
		if !errors.Is(err, bus.ErrNotAllowed) {
			t.Errorf("%s: %v, want ErrNotAllowed", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestUntilDenied: nothing was denied, so only its parent ends the context.
func TestUntilDenied(t *testing.T) {
	b := connect(t, t.TempDir())
	parent, cancel := context.WithCancel(t.Context())
	ctx, stop := b.UntilDenied(parent)
	defer stop()
	cancel()
	<-ctx.Done()
	if err := bus.Denied(ctx); err != nil {
		t.Error(err)
	}
}
