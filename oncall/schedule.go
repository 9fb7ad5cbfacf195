package oncall

import "time"

// Schedule says who is on call over time: layers, of which a later one wins where it has somebody, and overrides above them.
type Schedule struct {
	ID        ScheduleID
	Team      TeamID
	Zone      *time.Location
	Layers    []Layer
	Overrides []Override // of the file, then those of run time, the latest made winning
}

// Layer is one rotation of a schedule.
type Layer struct {
	Name     string
	Users    []UserID
	Rotation Rotation
	Start    Date          // local day of the first turn
	Handoff  Handoff       // when turns change
	Hours    []WeeklyHours // restriction; nil: always. Turns do not shift because of it
}

// Unit is the unit of a rotation.
type Unit string

// The units of rotation. Hourly and Every count elapsed time; the others count wall-clock days, weeks and months.
const (
	Hourly  Unit = "hourly"
	Daily   Unit = "daily"
	Weekly  Unit = "weekly"
	Monthly Unit = "monthly"
	Every   Unit = "every"
)

// Rotation says how long a turn lasts.
type Rotation struct {
	Unit  Unit
	Every time.Duration // with Unit Every
}

// Date is a calendar day without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// Handoff is the wall-clock moment at which turns change: HH:MM, with a weekday for weekly and a day of the month for monthly rotations.
type Handoff struct {
	Weekday time.Weekday
	HasDay  bool // a weekday was written
	Day     int  // of the month, 1-31 (clipped to the month's last); 0: the start's day
	Minute  int  // since midnight
}

// WeeklyHours restricts a layer to hours on some weekdays. A stretch whose To is not after From ends the next day.
type WeeklyHours struct {
	Days     [7]bool // by time.Weekday
	From, To int     // minutes since midnight; To may be 1440
}

// At says who is on call at t: nobody, or the users of the winning layer or override.
func (s *Schedule) At(t time.Time) []UserID { panic("stub") }

// Shifts cuts [from, to) into stretches with the same people, gaps included (with no Users), in order and without overlap.
func (s *Schedule) Shifts(from, to time.Time) []Shift { panic("stub") }
