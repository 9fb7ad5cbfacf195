package incident

import (
	"time"

	"github.com/rouse/rouse/oncall"
)

// Held is somebody of the level under way whose first method is not due yet: quiet hours hold it, or their own rules begin later.
type Held struct {
	User oncall.UserID
	At   time.Time // UTC; when they are told, unless somebody takes the incident before
}

// Paged says who of the level under way is being paged by now, and who only later. Nobody is either while every alert has recovered.
func (i *Incident) Paged() (now []oncall.UserID, later []Held) {
	if !i.ClearedAt.IsZero() {
		return nil, nil
	}
	for _, n := range i.Cursor.People {
		if at, waits := n.waits(); waits {
			later = append(later, Held{n.User, at})
		} else {
			now = append(now, n.User)
		}
	}
	return now, later
}

// waits reports whether no method of the person was due so far, and when the first one is.
func (n *Notice) waits() (at time.Time, ok bool) {
	for _, s := range n.Steps {
		if s.Page != "" || s.Outcome != "" {
			return time.Time{}, false
		}
		if at.IsZero() || s.Due.Before(at) {
			at = s.Due
		}
	}
	return at, !at.IsZero()
}
