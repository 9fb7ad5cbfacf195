package configs

import (
	"fmt"
	"time"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/oncall/rota"
)

// leaveMost is how many shifts of people on leave are told of one user on one schedule.
const leaveMost = 3

// lintLeave finds shifts of people who are on leave in the next 90 days. They are paged all the same: each is told with the command
// that has somebody stand in.
func (l *loader) lintLeave() {
	now := l.o.Now
	if now.IsZero() {
		return
	}
	for _, s := range l.c.roster.Schedules() {
		told := map[oncall.UserID]int{}
		for _, c := range l.c.roster.Clashes(s.ID, now, now.Add(90*24*time.Hour)) {
			if told[c.User]++; told[c.User] > leaveMost {
				continue
			}
			const form = "Mon 2006-01-02 15:04"
			span := func(from, to time.Time) string {
				return from.In(s.Zone).Format(form) + " to " + to.In(s.Zone).Format(form)
			}
			what := fmt.Sprintf("is on leave, and on call on %s from %s %s", s.ID, span(c.From, c.To), s.Zone)
			if c.Leave.Calendar != "" {
				what += ", says " + clip(c.Leave.Calendar)
			}
			cover := rota.CoverCommand(string(s.ID), rota.Clash{User: string(c.User), From: c.From, To: c.To, Cover: string(c.Cover)}, s.Zone)
			l.doubt(l.register(aUser).at[string(c.User)], join("users", string(c.User)), "on-leave", what, "have somebody stand in: "+cover+", or write it under overrides")
		}
	}
}
