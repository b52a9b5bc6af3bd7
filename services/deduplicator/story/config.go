package story

import (
	"fmt"
	"time"
)

// Config of a Clusterer.
type Config struct {
	// Threshold is how alike an article must be to a story to join it, 0 to 1.
	Threshold float64 `yaml:"threshold"`
	// Quiet is how long after its last article a story takes more. Towards the end
	// they must be twice as like it.
	Quiet time.Duration `yaml:"quiet"`
	// Merge is how alike the articles of two stories must be on average to be one.
	Merge float64 `yaml:"merge"`
	// Split is how much less alike the two halves of a story must be than the articles
	// within them to be two: 0 never, 1 always.
	Split float64 `yaml:"split"`
}

// DefaultConfig is what docs/methods/stories.md gives figures for.
func DefaultConfig() Config {
	return Config{Threshold: 0.14, Quiet: 5 * 24 * time.Hour, Merge: 0.30, Split: 0.76}
}

// Validate says which setting is wrong.
func (c Config) Validate() error {
	switch {
	case c.Threshold <= 0 || c.Threshold > 1:
		return fmt.Errorf("threshold: %v is not above 0 and up to 1", c.Threshold)
	case c.Quiet < time.Hour:
		return fmt.Errorf("quiet: %v is less than an hour", c.Quiet)
	case c.Merge < c.Threshold || c.Merge > 1:
		return fmt.Errorf("merge: %v is not between threshold (%v) and 1", c.Merge, c.Threshold)
	case c.Split < 0 || c.Split > 1:
		return fmt.Errorf("split: %v is not between 0 and 1", c.Split)
	}
	return nil
}
