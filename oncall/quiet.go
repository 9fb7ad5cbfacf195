package oncall

// QuietHours is a daily stretch in a user's own zone in which low urgency waits. From may be after To (over midnight).
type QuietHours struct {
	From, To int // minutes since midnight, wall clock
}
