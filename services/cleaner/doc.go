// Package cleaner makes articles of pages.
//
// It takes news.fetched, reads the page it refers to from the store, and gives
// news.cleaned. Pages that are no article are dropped, with the reasons of
// reasons.go; a page on which cleaning panics is a dead letter ("panic"), and
// so is a reference to a page that is not stored ("page_missing").
//
// Clean is the story. Below it: declared is what a page says of its article,
// body finds the text, pubdate the date, boilerplate knows the lines that are no
// text, dates reads dates as they are written, dom reads nodes; score measures all
// of it.
//
// Doing it again is harmless: Clean is a function of the stored page alone.
package cleaner
