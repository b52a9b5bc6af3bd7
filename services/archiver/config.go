package archiver

import "fmt"

// Config of the archiver.
type Config struct {
	Batch int `yaml:"batch"` // items written in one transaction, at most
	// Retention is a section of its own in the configuration.
	Retention Retention `yaml:"-"`
}

// DefaultConfig writes a hundred at once when there are so many.
func DefaultConfig() Config { return Config{Batch: 100, Retention: DefaultRetention()} }

// Validate says which setting is wrong.
func (c Config) Validate() error {
	if c.Batch < 1 || c.Batch > 1000 {
		return fmt.Errorf("batch: %d is not between 1 and 1000", c.Batch)
	}
	return nil
}
