package incident

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/oncall"
)

// TypeDrill is the incident type of drills: nothing is broken, and a person is paged to prove that they can be. A drill takes
// the road of every incident, and is in none of the numbers, promises, reviews and automations.
const TypeDrill = "drill"

// The codes of a drill's end. Nobody is offered them.
const (
	Answered   Code = "answered"
	Unanswered Code = "unanswered"
)

// ErrDrill refuses what makes no sense of a drill, or would make an incident one.
var ErrDrill = errors.New("it is a drill: acknowledge it, nothing else is asked for")

// Drill opens a drill: whoever the policy means is paged as for a priority that wakes people, level by level, once. An
// acknowledgement, by whatever road, ends it; so does the end of the last level, as a failure that the team's manager hears of.
type Drill struct {
	Number int64
	Turn   int64
	Name   string
	Policy oncall.PolicyID
	Team   oncall.TeamID // whose manager hears of a failure; empty: nobody
	By     Actor         // rouse, at its time, or who asked for it
}

func (Drill) action() {}

// Drill reports whether the incident is a drill. Its name is the incident's Rule.
func (i *Incident) Drill() bool { return i.Type == TypeDrill }

func (d *draft) drill(a Drill) error {
	if _, ok := d.book.Roster.Policy(a.Policy); !ok {
		return &FieldError{"escalation", string(a.Policy), "an escalation policy of the configuration"}
	}
	d.i = Incident{
		Number: a.Number, State: Triggered, Title: "Drill " + a.Name + ": nothing is broken, acknowledge to show that you can be reached", Team: string(a.Team), Type: TypeDrill,
		Impact: GradeLow, Urgency: GradeLow, Priority: "P5", Source: TypeDrill, Policy: a.Policy, CreatedAt: d.now, TriggeredAt: d.now, Epoch: 1, Turn: a.Turn,
	}
	d.i.Rule = a.Name
	d.tell(DidOpen, a.By, "drills "+a.Name, "Drill %s: policy %s is tried as in an emergency", a.Name, a.Policy)
	d.start(0)
	return nil
}

// urgency is by which of their rules people are paged. A drill proves those of an emergency.
func (d *draft) urgency() oncall.Urgency {
	if d.i.Drill() {
		return oncall.High
	}
	return d.book.NotifyUrgency(d.i.Priority)
}

// answered ends a drill well.
func (d *draft) answered(by Actor) {
	if d.i.FirstAckAt.IsZero() {
		d.i.FirstAckAt, d.i.FirstAckBy, d.i.AcknowledgedAt = d.now, by.Name, d.now
	}
	d.resolve(by, Answered, lapse.Exact(d.now.Sub(d.i.CreatedAt))+" after it began")
}

// unanswered ends a drill that went through its policy once without an answer. Its failure wakes nobody.
func (d *draft) unanswered(why string) {
	d.resolve(self, Unanswered, why)
	if d.newsAt(oncall.Low, d.manager(), newsDrill, "drill "+d.i.Rule+" FAILED: "+why+". In an emergency nobody would have come") == 0 {
		d.tell(DidNote, self, "", "No manager of a team can be told of it")
	}
}

// drillAction reports whether an action is one that a drill takes.
func drillAction(a Action) bool {
	switch a.(type) {
	case Drill, Wake, Report, Ack, Escalate, Resolve, Note, Close, Redrive, SetBack:
		return true
	}
	return false
}

// ofDrill refuses what makes no sense of a drill.
func (d *draft) ofDrill(a Action) error {
	if d.i.Drill() && !drillAction(a) {
		return ErrDrill
	}
	return nil
}

// DrillPlan is a drill of the configuration and where it stands.
type DrillPlan struct {
	Name     string
	Weekdays []time.Weekday // empty: every day
	Minute   int            // since midnight, by the clock on the wall in Zone
	Zone     *time.Location
	Policy   oncall.PolicyID
	Next     time.Time
	Skipped  time.Time // its last time, if rouse was down then; else zero
	Last     int64     // incident of the last that was begun; 0: none was
}

// When is the plan's time in words: "Wed 10:00".
func (p *DrillPlan) When() string {
	days := "daily"
	if len(p.Weekdays) > 0 && len(p.Weekdays) < 7 {
		names := make([]string, len(p.Weekdays))
		for k, d := range p.Weekdays {
			names[k] = d.String()[:3]
		}
		days = strings.Join(names, ",")
	}
	return fmt.Sprintf("%s %02d:%02d", days, p.Minute/60, p.Minute%60)
}
