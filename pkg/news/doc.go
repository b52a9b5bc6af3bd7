// Package news holds the domain: sources, the items found in them, the pages
// downloaded for items, the articles made from pages, and what was decided
// about each. It is plain data with the rules that belong to it, imports only
// the standard library, and every other package may import it.
package news
