package event_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"marsad/pkg/event"
)

// FuzzDecode: whatever bytes arrive, they are an event or ErrMalformed. What
// decodes is about what its subject says, and passing it on loses nothing.
func FuzzDecode(f *testing.F) {
	for _, p := range samples() {
		m, err := event.Encode(p, "test", time.Unix(0, 0))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(m.Subject, m.Get(event.HeaderType), m.Data)
		f.Add(m.Subject, m.Get(event.HeaderType), m.Data[:len(m.Data)/2])
	}
	f.Add("news.fetched.00-0", "", []byte(`{"item_id":"00"}`))
	f.Fuzz(func(t *testing.T, subject, kind string, data []byte) {
		got, err := event.Decode(&event.Message{Subject: subject, Header: map[string][]string{event.HeaderType: {kind}}, Data: data})
		if err != nil {
			if !errors.Is(err, event.ErrMalformed) {
				t.Fatalf("error %v is not ErrMalformed", err)
			}
			return
		}
		again, err := event.Encode(got, "test", time.Unix(0, 0))
		if err != nil {
			t.Fatalf("what was decoded cannot be passed on: %v", err)
		}
		if again.Subject != subject {
			t.Errorf("subject %q became %q", subject, again.Subject)
		}
		if !json.Valid(again.Data) {
			t.Fatalf("passed on as what is no JSON: %q", again.Data)
		}
		twice, err := event.Decode(again)
		if err != nil {
			t.Fatalf("what was passed on does not decode: %v", err)
		}
		if diff := cmp.Diff(got, twice, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("passing it on changed it (-before +after):\n%s", diff)
		}
	})
}
