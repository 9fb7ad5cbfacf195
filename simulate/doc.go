// Package simulate is a world for the real engine: virtual time, a store that fails when it is told to, carriers that answer as
// carriers do, and a house in which the engine lives, crashes and starts again.
//
// Everything happens on one goroutine, in the order of an agenda, and every choice is drawn from one seed, so a run can be had
// again to the letter. The package knows no scenario: torture, below it, is the one that wishes the engine ill. It holds no
// rule of paging either; what a run must keep to is for its checks to say. Its law: same seed, same trace.
package simulate
