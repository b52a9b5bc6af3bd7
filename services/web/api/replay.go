package api

import "marsad/pkg/news"

// MaxReplay is how many articles one request can be about.
const MaxReplay = 500

// Replay names articles to be sent through the line again, as who asks knows them.
type Replay struct {
	From string     `json:"from" enum:"classifier" doc:"The first service that handles them again"`
	Refs []news.Ref `json:"refs" minItems:"1" maxItems:"500"`
}

// Awaited names articles whose replay is awaited, as they were before.
type Awaited struct {
	Refs []news.Ref `json:"refs" minItems:"1" maxItems:"500"`
	Look bool       `json:"look,omitempty" doc:"Look for those that are not archived in the streams, too"`
}

// ReplayState is where an article that is to be replayed stands.
type ReplayState string

const (
	ReplaySent     ReplayState = "sent"     // it was published
	ReplayFull     ReplayState = "full"     // the stream had no room: ask again later
	ReplayWaiting  ReplayState = "waiting"  // not archived again yet
	ReplayInLine   ReplayState = "in_line"  // its revision is in a stream of the line
	ReplayLost     ReplayState = "lost"     // not archived again, and in no stream: it was not sent, or is dead
	ReplayArchived ReplayState = "archived" // it was archived again, since who asks knew it
	ReplayRevised  ReplayState = "revised"  // a later revision stands in its place
	ReplayRemoved  ReplayState = "removed"  // there is no such article any more
)

// Replayed is where one of them stands.
type Replayed struct {
	Ref    news.Ref     `json:"ref" doc:"As asked for"`
	State  ReplayState  `json:"state" enum:"sent,full,waiting,in_line,lost,archived,revised,removed"`
	Labels *news.Labels `json:"labels,omitempty" doc:"That it has now, if it was archived again"`
}
