package rehearsal

import "time"

// Picture draws the levels over time as SVG.
func Picture(t *Timeline, zone *time.Location) []byte { return nil }
