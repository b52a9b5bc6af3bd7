// Package survive proves that nothing is lost: it runs Marsad as real
// processes on a world of publishers (package world), kills, stops and starves
// them by a schedule that follows from a seed, and after each fault holds what
// is stored against the world's own list, and in the end against a run in
// which nothing went wrong.
//
// A Rig is a Marsad under test, a Fault something that is done to it, a
// Campaign a whole run.
package survive
