package deduplicator

import (
	"fmt"
	"time"

	"marsad/services/deduplicator/story"
)

// Config of the deduplicator.
type Config struct {
	Batch int           `yaml:"batch"` // articles decided in one transaction, at most
	Lease time.Duration `yaml:"lease"` // a standby takes over when the holder was silent for so long
	// MinWords is how many words a text needs for another with the very same to be its copy.
	MinWords int `yaml:"min_words"`
	// Window is how long a text is remembered that others may be copies of.
	Window  time.Duration `yaml:"window"`
	Stories story.Config  `yaml:"stories"`
}

const day = 24 * time.Hour

// DefaultConfig lets a standby take over within four seconds: it asks for the
// lease four times while that lasts.
func DefaultConfig() Config {
	return Config{Batch: 64, Lease: 3 * time.Second, MinWords: 20, Window: 30 * day, Stories: story.DefaultConfig()}
}

// Kept is how long the journal must be kept to read memory back from it.
func (c Config) Kept() time.Duration { return c.Window + backlog }

// Validate says which setting is wrong.
func (c Config) Validate() error {
	switch {
	case c.Batch < 1 || c.Batch > 256:
		return fmt.Errorf("batch: %d is not between 1 and 256", c.Batch)
	case c.Lease < time.Second:
		return fmt.Errorf("lease: %v is less than a second", c.Lease)
	case c.MinWords < 1:
		return fmt.Errorf("min_words: %d is less than 1", c.MinWords)
	case c.Window <= 20*day:
		return fmt.Errorf("window: %v is not more than 20 days (480h)", c.Window)
	case c.Stories.Quiet > c.Window-backlog:
		return fmt.Errorf("stories.quiet: %v is not two days (48h) less than the window, %v", c.Stories.Quiet, c.Window)
	}
	if err := c.Stories.Validate(); err != nil {
		return fmt.Errorf("stories.%w", err)
	}
	return nil
}
