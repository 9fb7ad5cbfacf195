package incident

import (
	"time"

	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/oncall"
)

// SetBack says that the clock on the wall was set back by so much: what waits goes on waiting as long as it would have. The
// times that were said to people (the end of a lease or of a hold) and the history stay what they are.
type SetBack struct{ By time.Duration }

func (SetBack) action() {}

func (d *draft) setBack(a SetBack) error {
	if !d.i.State.Open() || a.By <= 0 {
		return ErrNothing
	}
	i := &d.i
	for _, t := range []*time.Time{&i.Cursor.FiredAt, &i.Cursor.EndsAt, &i.ClearedAt, &i.TellAt, &i.Hushed.Since, &i.Hushed.LookAt} {
		if !t.IsZero() {
			*t = t.Add(-a.By)
		}
	}
	for k := range i.Cursor.People {
		n := &i.Cursor.People[k]
		u, _ := d.book.Roster.User(n.User)
		for s := range n.Steps {
			st := &n.Steps[s]
			st.Due = st.Due.Add(-a.By)
			if end, quiet := quietAt(u, st.Due); quiet && d.urgency() == oncall.Low {
				st.Due = end
			}
		}
	}
	d.tell(DidRedrive, self, "clock", "The machine's clock was set back by %s: what waits does not wait longer for it", lapse.Exact(a.By))
	return nil
}

func quietAt(u oncall.User, t time.Time) (time.Time, bool) {
	if u.ID == "" {
		return time.Time{}, false
	}
	end, quiet := u.QuietUntil(t)
	return end.UTC(), quiet
}
