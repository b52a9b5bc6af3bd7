package stage

import "marsad/pkg/news"

// Names of the points at which tests make a process fail.
const (
	BeforeProcess = "before_process"
	InProcess     = "in_process"    // within the processor's call: a panic here is contained, a hang meets the deadline
	BeforeCommit  = "before_commit" // within the transaction
	AfterCommit   = "after_commit"
	AfterProcess  = "after_process"
	AfterPublish  = "after_publish" // sent, no PubAck seen
	AfterPubAck   = "after_pub_ack" // before the ack
)

// CrashPoints is called at each named point with the items at hand; nil does
// nothing. BeforeCommit and AfterCommit are called by services that commit, the
// others by the skeleton.
type CrashPoints func(stage, point string, items []news.ID)

// At calls c at a point.
func (c CrashPoints) At(stage, point string, items ...news.ID) {
	if c != nil {
		c(stage, point, items)
	}
}

func (c CrashPoints) group(stage, point string, group []*delivery) {
	if c == nil {
		return
	}
	var items []news.ID
	for _, d := range group {
		if d.in != nil {
			items = append(items, d.in.Header().Item)
		}
	}
	c(stage, point, items)
}
