package postgres

// Begin begins a write transaction.
var Begin = newDialect().Begin
