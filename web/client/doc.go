// Package client is rouse's HTTP API in Go: what it says, and a method for each of its routes.
//
// The server writes the very types that are read here, so the two cannot drift apart. The package imports nothing of rouse,
// keeps no state but the connection, and retries nothing: what a failure means is for its caller to decide. Its law: every
// answer that is not a success comes back as an *Error with the server's own words.
//
// Times are UTC in RFC 3339. Durations are Prometheus durations (30s, 5m, 2h, 1d).
package client
