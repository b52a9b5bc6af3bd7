package stage

// Names of the points at which a process can be made to crash in tests.
const (
	BeforeProcess = "before_process"
	AfterProcess  = "after_process" // for a service that commits: after its commit
	AfterPublish  = "after_publish" // sent, no PubAck seen
	AfterPubAck   = "after_pub_ack" // before the ack
)

// CrashPoints is called at each named point; nil does nothing.
type CrashPoints func(stage, point string)

func (c CrashPoints) at(stage, point string) {
	if c != nil {
		c(stage, point)
	}
}
