// Package near recognises texts that were derived from one another: copies,
// edited copies, and texts that hold another one, whatever the spelling.
//
// A text is a set of shingles, runs of three folded words (Broder, "On the
// resemblance and containment of documents", 1997). Of each text a fixed share
// of its shingles, those with the smallest hashes, is indexed (FracMinHash:
// Irber and others, 2022): a text that shares some of them is a candidate, and
// is compared whole. How much of the shorter text is in the longer one, its
// containment, is weighed by how rare a shingle is at present, so that the
// phrases of formulaic news say little.
//
// An Index is kept in memory, by one goroutine, and is a function of the
// entries that were added to it and are within the window: whoever adds the
// same entries in the same order gets the same answers.
package near
