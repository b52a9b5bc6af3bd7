// Package schedule decides when a source is read again.
//
// A Habit is what is known of a source's rhythm: how many articles an hour it
// brings in the long run, how that varies with the hour, the day of the week and
// the minute, and how the last days and hours differ from it. A Policy turns that
// into the next moment to ask, so that the time articles wait and the requests
// made are in balance. Nothing here reads a clock or does any I/O.
//
// docs/methods/polling.md has the model, its sources, and what it achieves.
package schedule
