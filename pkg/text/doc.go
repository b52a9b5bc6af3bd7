// Package text holds what deduplication, search and rules must agree on:
// folding, tokens, language and direction. Every function is pure, accepts any
// bytes, and is safe for concurrent use.
package text
