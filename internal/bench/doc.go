// Command bench measures the real binary as a whole: durable accepts, time from webhook to provider, storms, memory, restarts,
// how the cost of an alert grows, and a real Alertmanager beside it. Beside each figure it prints what this machine could do at
// best in the same run, so that a figure is a ratio and not the boast of a machine.
//
//	go run ./internal/bench                     everything, some twenty-five minutes
//	go run ./internal/bench -only accept,first  a part
//
// Its law: load comes from this process over loopback and shares the processors with the daemon, so every rate is a lower
// bound; the limits are measured with the very same load against servers that do only a part of the work. It is no part of
// the product.
package main
