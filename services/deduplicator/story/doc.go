// Package story gathers the articles on one event. It follows a stream: each
// article is compared with the recent ones that share its weightiest words, and
// joins the story it is most like, or opens one; now and then a story that turns
// out to hold two events is split, and two that turn out to be one are merged.
//
// All is in memory, deterministic, and without a clock: the state is a function
// of the order of Add and Move alone, and of those only as far as they reach back
// Config.Quiet and a day. Whoever stores that log and replays it gets a Clusterer
// that decides the same. The method is described in docs/methods/stories.md.
package story
