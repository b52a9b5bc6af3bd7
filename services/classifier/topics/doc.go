// Package topics tells the subjects of an article in the IPTC Media Topics, by a linear
// model for each language that is built into the program. How it works, and how well:
// docs/methods/topics.md. Package training makes the models.
package topics
