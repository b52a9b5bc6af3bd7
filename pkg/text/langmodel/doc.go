// Package langmodel tells the languages of a script apart by a linear model of
// the character sequences in their words. The method is described in
// docs/methods/language.md.
package langmodel
