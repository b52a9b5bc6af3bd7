package api

import (
	"time"

	"marsad/pkg/store"
)

// Watches is a version of the file of watches.
type Watches struct {
	Version   int          `json:"version"`
	AppliedAt time.Time    `json:"applied_at"`
	Note      string       `json:"note,omitempty"`
	Watches   []WatchInUse `json:"watches" doc:"In the order of the file; empty if this program cannot read it"`
	YAML      string       `json:"yaml"`
}

// WatchInUse is a watch of the file.
type WatchInUse struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Articles int    `json:"articles" doc:"That matched a watch of this ID so far, in whatever version"`
}

// NewWatches is a file to be applied.
type NewWatches struct {
	YAML string `json:"yaml"`
	Note string `json:"note,omitempty" maxLength:"200" doc:"Why, for those who read the versions"`
}

// AppliedWatches says what became of it.
type AppliedWatches struct {
	Version int  `json:"version" doc:"The newest version now"`
	Applied bool `json:"applied" doc:"False: the file is that of the newest version, and nothing changed"`
	Watches int  `json:"watches" doc:"In the file"`
}

// WatchVersions lists the versions, newest first.
type WatchVersions []store.WatchSet
