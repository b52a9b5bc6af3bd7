package deduplicator

import (
	"fmt"
	"time"
)

// Config of the deduplicator.
type Config struct {
	Batch int           `yaml:"batch"` // articles decided in one transaction, at most
	Lease time.Duration `yaml:"lease"` // a standby takes over when the holder was silent for so long
	// MinWords is how many words a text needs to be recognised by its text alone.
	MinWords int `yaml:"min_words"`
}

// DefaultConfig lets a standby take over within seconds.
func DefaultConfig() Config { return Config{Batch: 64, Lease: 4 * time.Second, MinWords: 20} }

// Validate says which setting is wrong.
func (c Config) Validate() error {
	switch {
	case c.Batch < 1 || c.Batch > 256:
		return fmt.Errorf("batch: %d is not between 1 and 256", c.Batch)
	case c.Lease < time.Second:
		return fmt.Errorf("lease: %v is less than a second", c.Lease)
	case c.MinWords < 1:
		return fmt.Errorf("min_words: %d is less than 1", c.MinWords)
	}
	return nil
}
