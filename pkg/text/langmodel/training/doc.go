// Package training makes the language model of labelled sentences. The method is
// described in docs/methods/language.md.
package training
