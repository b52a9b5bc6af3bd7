package wait

import (
	"log/slog"
	"time"
)

// repeatTrouble is how often trouble that lasts is spoken of.
const repeatTrouble = time.Minute

// Trouble is a failure of what is tried again, often: it is logged when it begins,
// once a minute while it lasts, and when it is over. It is for one goroutine.
type Trouble struct {
	Log  *slog.Logger
	What string // as "the journal cannot be read"

	since, said time.Time // zero: all is well
}

// Note tells of one try: err is why it failed, nil that it did not.
func (t *Trouble) Note(err error) {
	now := time.Now()
	switch {
	case err == nil && t.since.IsZero():
	case err == nil:
		t.Log.Info("over: "+t.What, "after", now.Sub(t.since).Round(time.Second))
		t.since, t.said = time.Time{}, time.Time{}
	case t.since.IsZero():
		t.Log.Warn(t.What+": it is tried again", "error", err)
		t.since, t.said = now, now
	case now.Sub(t.said) >= repeatTrouble:
		t.Log.Warn(t.What+": it is tried again", "since", now.Sub(t.since).Round(time.Second), "error", err)
		t.said = now
	}
}
