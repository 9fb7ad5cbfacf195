package store

import (
	"slices"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/router"
)

// Alert is an alert as it is kept, with the incidents it belongs to.
type Alert struct {
	alert.Alert
	Incidents []int64             `json:"incidents,omitempty"` // open or last, one for each matched route
	Ended     []int64             `json:"ended,omitempty"`     // of Incidents, those in which somebody ended it, an event that goes on in others
	Muted     *router.Suppression `json:"muted,omitempty"`     // as of UpdatedAt
	FirstAt   time.Time           `json:"firstAt"`             // first seen firing, this time
	SeenAt    time.Time           `json:"seenAt"`              // last heard from; flushed lazily, so it may lag
	UpdatedAt time.Time           `json:"updatedAt"`           // last change
	Words     uint64              `json:"words,omitempty"`     // a sum of title and description, by which changed words are told; 0: not known
}

// FiresIn reports whether an incident counts the alert among those of it that fire. A member may fire on elsewhere alone.
func (a *Alert) FiresIn(incident int64) bool {
	return a.State == alert.Firing && slices.Contains(a.Incidents, incident) && !slices.Contains(a.Ended, incident)
}

// Brief is what has to be at hand of every alert that fires.
type Brief struct {
	alert.ID
	Severity                  alert.Severity
	Words                     uint64
	SeenAt, UpdatedAt, EndsAt time.Time
	Incidents                 []int64 // valid during the call alone
}

// Alerts keeps alerts as rows of their own.
type Alerts interface {
	// Alert returns one alert, or ErrNotFound.
	Alert(id alert.ID) (Alert, error)
	// PutAlert creates or replaces an alert and makes it a member of each of its Incidents. A membership once made stays,
	// also when a later version names other incidents, so that closed incidents keep their alerts.
	PutAlert(a Alert) error
	// DeleteAlert removes the alert row; memberships and incidents stay. Absent is no error.
	DeleteAlert(id alert.ID) error
	// ForgetAlerts drops the rows of resolved alerts that last changed before a time, at most limit (0: all), and returns how
	// many; memberships and incidents stay. It may pass over alerts that this very Update has put. It looks at every alert
	// row each time, about a microsecond each, so it is for a broom that comes once an hour, not for every commit.
	ForgetAlerts(before time.Time, limit int) (int, error)
	// AlertsOf returns members of an incident ordered by (integration, key), starting after `after`, at most limit (0: all).
	// A member whose row was deleted is left out.
	AlertsOf(incident int64, after alert.ID, limit int) ([]Alert, error)
	// EachFiring calls fn for every alert in state firing, in no order; an error from fn stops and is returned.
	EachFiring(fn func(Alert) error) error
	// EachBrief is EachFiring for who needs little of each, at a tenth of the cost. fn must not use the Tx.
	EachBrief(fn func(*Brief) error) error
}
