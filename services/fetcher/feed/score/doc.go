// Package score says how well feeds are read, on cases of the Universal Feed Parser's suite:
// documents that begin with a comment saying what is expected of them.
package score
