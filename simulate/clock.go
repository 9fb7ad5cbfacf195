package simulate

import "time"

// Clock is virtual time: what a stopwatch shows, which only runs on, and what the clock on the wall shows, which can be set.
type Clock struct {
	start   time.Time
	elapsed time.Duration
	set     time.Duration
}

// Now is the time on the wall, in UTC, to the microsecond as stores keep it, and without a monotonic reading.
func (c *Clock) Now() time.Time { return c.start.Add(c.elapsed + c.set).Truncate(time.Microsecond) }

// Elapsed is how long the run has lasted.
func (c *Clock) Elapsed() time.Duration { return c.elapsed }

// Set moves the clock on the wall, forward or back. No time passes.
func (c *Clock) Set(by time.Duration) { c.set += by }

// Pass lets time pass in the middle of something, as a slow disk does.
func (c *Clock) Pass(d time.Duration) { c.elapsed += d }
