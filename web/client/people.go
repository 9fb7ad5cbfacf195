package client

import (
	"fmt"
	"strings"
	"time"
)

// Person is a user by id and name.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// OnCall is who answers at one instant.
type OnCall struct {
	At        time.Time     `json:"at"`
	Schedules []Duty        `json:"schedules"`
	Services  []ServiceDuty `json:"services"`
	Void      []Override    `json:"void,omitempty"` // overrides made at run time that decide nothing: what they name has left the configuration
}

// Duty is who answers for a schedule, and who follows.
type Duty struct {
	Schedule string `json:"schedule"`
	Team     string `json:"team,omitempty"`
	Zone     string `json:"zone"` // IANA name
	Now      Shift  `json:"now"`
	Next     *Shift `json:"next,omitempty"` // absent: nothing changes within two years
}

// Shift is a stretch of time with the same people on call; nobody in a gap. Times are in UTC.
type Shift struct {
	From     time.Time `json:"from"`
	To       time.Time `json:"to,omitzero"` // absent: no change within two years
	People   []Person  `json:"people"`
	Override string    `json:"override,omitempty"` // the override's reason or id, where one decides
	Decides  *Override `json:"decides,omitempty"`  // the override that decides at From
	File     []Person  `json:"fileSays,omitempty"` // whom the file has at From, where an override made at run time decides
}

// ServiceDuty is whom a service's escalation policy means, level by level.
type ServiceDuty struct {
	Service string  `json:"service"`
	Team    string  `json:"team,omitempty"`
	Policy  string  `json:"policy"`
	Levels  []Level `json:"levels"`
}

// Level is one level of an escalation policy as it would be fired now.
type Level struct {
	Level      int      `json:"level"` // from 1
	Wait       string   `json:"wait"`  // until the next
	Targets    []string `json:"targets"`
	People     []Person `json:"people"`
	RoundRobin bool     `json:"roundRobin,omitempty"` // one of them in turn
}

// Schedule is a schedule's name, team and zone.
type Schedule struct {
	ID   string `json:"id"`
	Team string `json:"team,omitempty"`
	Zone string `json:"zone"`
}

// Shifts are the stretches of a schedule in a time.
type Shifts struct {
	Schedule
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Shifts []Shift   `json:"shifts"`
}

// Feed is where a calendar program fetches shifts. Whoever has the address has the calendar.
type Feed struct {
	URL string `json:"url"`
}

// Override puts one person on a schedule for a time.
type Override struct {
	ID       string    `json:"id,omitempty"` // empty for one of the configuration file
	Schedule string    `json:"schedule"`
	User     string    `json:"user"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Reason   string    `json:"reason,omitempty"`
	By       string    `json:"by,omitempty"`
	At       time.Time `json:"at,omitzero"`
	Source   string    `json:"source"`           // file | runtime
	Group    string    `json:"group,omitempty"`  // of several that one act made, such as a swap: the first's id
	InFile   bool      `json:"inFile,omitempty"` // of one made at run time: the file says the same by now
	Void     string    `json:"void,omitempty"`   // of one made at run time: why it decides nothing
}

// NewSwap asks for two people to take each other's shift: the one that each has at an instant, or the next one. An empty instant is
// now, an empty WithSchedule is Schedule. Instants are written as in NewOverride.
type NewSwap struct {
	Schedule     string `json:"schedule"`
	User         string `json:"user"`
	At           string `json:"at,omitempty"`
	With         string `json:"with"`
	WithSchedule string `json:"withSchedule,omitempty"`
	WithAt       string `json:"withAt,omitempty"`
	Reason       string `json:"reason,omitempty"`
}

// NewOverride asks for an override. From and To are RFC 3339, or a wall clock "2006-01-02 15:04" in the schedule's zone; an
// empty From is now.
type NewOverride struct {
	Schedule string `json:"schedule"`
	User     string `json:"user"`
	From     string `json:"from,omitempty"`
	To       string `json:"to"`
	Reason   string `json:"reason,omitempty"`
}

// User is somebody who can be paged. Numbers and addresses are masked.
type User struct {
	Person
	Zone   string            `json:"zone"`
	Phone  string            `json:"phone,omitempty"`
	Email  string            `json:"email,omitempty"`
	Teams  []string          `json:"teams"`
	Quiet  *Quiet            `json:"quiet,omitempty"`
	Notify map[string][]Rule `json:"notify"` // by urgency, high and low
}

// Quiet is a daily stretch in the user's zone in which low urgency waits, as "22:00".
type Quiet struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Rule is one step of a person's notification rules.
type Rule struct {
	Via   string `json:"via"`
	After string `json:"after"`
}

// Contact is what is known of one number or address. It is masked.
type Contact struct {
	User      string    `json:"user"`
	Name      string    `json:"name"`
	Via       []string  `json:"via"`
	Address   string    `json:"address"`
	Health    string    `json:"health"` // ok | failing | broken | opted-out | unknown
	LastOK    time.Time `json:"lastOK,omitzero"`
	LastFail  time.Time `json:"lastFail,omitzero"`
	LastClass string    `json:"lastClass,omitempty"`
	LastWords string    `json:"lastWords,omitempty"` // the class in words
	LastCode  int       `json:"lastCode,omitempty"`
	Fails     int       `json:"fails"`          // since it worked last
	Dead      []string  `json:"dead"`           // methods that are not used any more
	Undo      string    `json:"undo,omitempty"` // what brings them back
	Use       []Use     `json:"use"`            // of a number, by method
}

// Use is how many pages a number got of late, and how many it may get.
type Use struct {
	Via  string `json:"via"`
	Sent int    `json:"sent"`
	Most int    `json:"most"` // in a sliding window of Per; 0: no limit
	Per  string `json:"per"`
}

// String is such as "3 of 6 texts in 15m".
func (u Use) String() string {
	what := map[string]string{"sms": "texts", "call": "calls"}[u.Via]
	if u.Most == 0 && u.Sent == 1 {
		what = strings.TrimSuffix(what, "s")
	}
	if u.Most == 0 {
		return fmt.Sprintf("%d %s in %s", u.Sent, what, u.Per)
	}
	return fmt.Sprintf("%d of %d %s in %s", u.Sent, u.Most, what, u.Per)
}

// Line is one method over one provider.
type Line struct {
	Provider string    `json:"provider"`
	Via      string    `json:"via"`
	State    string    `json:"state"`          // in use | out of use | probed
	Since    time.Time `json:"since,omitzero"` // out of use since
	Until    time.Time `json:"until,omitzero"` // when a page probes it
	Class    string    `json:"class,omitempty"`
	Code     int       `json:"code,omitempty"`
	Why      string    `json:"why,omitempty"`
}

// Heartbeat is a source that has to be heard from.
type Heartbeat struct {
	Name   string    `json:"name"`
	LastAt time.Time `json:"lastAt,omitzero"` // or since when it is waited for
	Missed bool      `json:"missed"`
}

// Silence keeps people from being paged for alerts that match.
type Silence struct {
	ID        string    `json:"id"`
	State     string    `json:"state"`    // pending | active | expired
	Matchers  []string  `json:"matchers"` // as Alertmanager writes them: foo="bar"
	StartsAt  time.Time `json:"startsAt"`
	EndsAt    time.Time `json:"endsAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	CreatedBy string    `json:"createdBy"`
	Comment   string    `json:"comment"`
}

// NewSilence asks for a silence, from Starts (zero: now) until Ends, or For a duration.
type NewSilence struct {
	Matchers []string  `json:"matchers"`
	Starts   time.Time `json:"starts,omitzero"`
	Ends     time.Time `json:"ends,omitzero"`
	For      string    `json:"for,omitempty"`
	Comment  string    `json:"comment"`
}

// TestPage asks for a real page that says that nothing is broken.
type TestPage struct {
	User string `json:"user"`
	Via  string `json:"via"` // sms | call | email
	Text string `json:"text,omitempty"`
}
