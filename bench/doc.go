// Package bench checks and compares: the files in deploy/ with what the
// program really takes and exports, and the cleaner, the finder of copies and the
// classifier with their peers on the same material. It is a module of its own, so that
// what only checks stays out of the product's go.mod.
package bench
