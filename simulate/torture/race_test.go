//go:build race

package torture

// underRace: the race detector makes a seed four times as slow, and a run has one goroutine.
const underRace = true
