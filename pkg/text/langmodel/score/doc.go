// Package score measures how well languages are told, on labelled sentences as
// described for `marsad eval lang`.
package score
