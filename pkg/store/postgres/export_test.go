package postgres

// Begin begins a write transaction.
var Begin = append(newDialect().Begin, began)
