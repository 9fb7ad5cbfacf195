package web

import (
	"context"
	"net/http"
	"time"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

const (
	actsUnset, actsMost = 100, 1000
	actsChunk           = 1000 // that are read at a time
	alsoMost            = 20   // further names of one person
)

// acts is GET /api/v1/acts. Of what was done to an incident that the caller may not see it says who and when, and no words.
func (c *call) acts() error {
	after, err := c.sequence("after")
	if err != nil {
		return err
	}
	limit, err := c.count("limit", actsUnset, actsMost)
	if err != nil {
		return err
	}
	out := []client.Act{}
	err = c.view(func(tx store.Tx, v *veil) error {
		got, err := tx.Acts(after, limit)
		for k := range got {
			out = append(out, v.wireAct(&got[k]))
		}
		return err
	})
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

// wireAct is a line of the audit log. The engine writes no words of an incident that is confidential when it is acted on; the
// words of before it became so are left out here. Of an incident that was forgotten since nobody can say what it was.
func (v *veil) wireAct(a *store.Act) client.Act {
	out := client.Act{Seq: a.Seq, At: a.At, By: wireActor(a.By), Verb: a.Verb, Hash: a.Hash, Erased: a.Erased}
	if a.Incident != 0 && v.incident(a.Incident) == sightHidden {
		out.What, out.Hidden = "hidden", true
		return out
	}
	out.What, out.Incident, out.Data = v.text(a.What), a.Incident, v.words(a.Data)
	return out
}

// verifyAudit is GET /api/v1/audit/verify: the whole audit log, held against its chain.
func (c *call) verifyAudit() error {
	var got store.Verdict
	err := c.s.Store.View(c.r.Context(), func(tx store.Tx) (err error) {
		got, err = store.VerifyActs(eachAct(tx))
		return err
	})
	if err != nil {
		return err
	}
	c.write(http.StatusOK, client.Verdict{
		Whole: got.Whole(), Acts: got.Acts, Unchained: got.Unchained, Erased: got.Erased, Broken: got.Broken, Why: got.Why,
		LastSeq: got.LastSeq, LastHash: got.LastHash,
	})
	return nil
}

// eachAct gives the acts one by one, and reads so many at a time.
func eachAct(tx store.Tx) func() (store.Act, bool, error) {
	var some []store.Act
	after := int64(0)
	return func() (store.Act, bool, error) {
		if len(some) == 0 {
			var err error
			if some, err = tx.Acts(after, actsChunk); err != nil || len(some) == 0 {
				return store.Act{}, false, err
			}
		}
		a := some[0]
		some, after = some[1:], a.Seq
		return a, true, nil
	}
}

// erase is POST /api/v1/erase. What it has begun it ends, also when whoever asked does not wait.
func (c *call) erase() error {
	var in client.Erasure
	if err := c.decode(&in); err != nil {
		return err
	}
	if c.s.Erase == nil {
		return errNoErase
	}
	switch _, there := c.s.Engine.Book().Roster.User(oncall.UserID(in.User)); {
	case len(in.User) < 2:
		return bad("user", "Write the user's id, of at least two letters.", "it is missing or too short")
	case there:
		return errStillThere
	case len(in.Also) > alsoMost:
		return bad("also", "Name the person as they were written most.", "there are more than %d", alsoMost)
	}
	for _, w := range in.Also {
		if _, err := line("also", w); err != nil {
			return err
		}
	}
	_ = http.NewResponseController(c.w).SetWriteDeadline(time.Time{}) // it takes as long as it takes; not every writer has deadlines
	out, err := c.s.Erase(context.WithoutCancel(c.r.Context()), oncall.UserID(in.User), in.Also, c.who.actor())
	if err != nil {
		return err
	}
	if out.Incidents+out.Entries+out.Acts+out.Contacts == 0 {
		return errNoTrace
	}
	c.write(http.StatusOK, out)
	return nil
}
