// Package score says how well the classifier does on labelled articles, and how fast.
package score
