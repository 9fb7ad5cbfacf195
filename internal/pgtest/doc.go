// Package pgtest runs a PostgreSQL of a test's own: a new cluster in a temporary directory, reached by a socket there and by no
// network, which ends with the test and, should that be killed, by itself. It knows no driver and no store.
package pgtest
