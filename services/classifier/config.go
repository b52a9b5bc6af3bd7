package classifier

import (
	"fmt"
	"time"

	"marsad/services/classifier/topics"
)

// Config of the classifier.
type Config struct {
	Workers       int           `yaml:"workers"`        // articles labelled at once
	MinConfidence float64       `yaml:"min_confidence"` // an article whose most probable topic is less probable gets none
	Organisations string        `yaml:"organisations"`  // file of the user's own organisations; empty: none
	WatchesEvery  time.Duration `yaml:"watches_every"`  // how often newly applied watches are looked for
}

// DefaultConfig suits two cores.
func DefaultConfig() Config {
	return Config{Workers: 2, MinConfidence: topics.MinConfidence, WatchesEvery: 2 * time.Second}
}

// Validate says which setting is wrong.
func (c Config) Validate() error {
	switch {
	case c.Workers < 1 || c.Workers > 256:
		return fmt.Errorf("workers: %d is not between 1 and 256", c.Workers)
	case !(c.MinConfidence >= 0 && c.MinConfidence <= 1):
		return fmt.Errorf("min_confidence: %v is not between 0 and 1", c.MinConfidence)
	case c.WatchesEvery < 100*time.Millisecond || c.WatchesEvery > time.Hour:
		return fmt.Errorf("watches_every: %v is not between 100ms and 1h", c.WatchesEvery)
	}
	return nil
}
