package classifier

import "fmt"

// Config of the classifier.
type Config struct {
	Workers int `yaml:"workers"` // articles labelled at once
}

// DefaultConfig suits two cores.
func DefaultConfig() Config { return Config{Workers: 2} }

// Validate says which setting is wrong.
func (c Config) Validate() error {
	if c.Workers < 1 || c.Workers > 256 {
		return fmt.Errorf("workers: %d is not between 1 and 256", c.Workers)
	}
	return nil
}
