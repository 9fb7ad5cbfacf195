package configs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/oncall"
)

func (l *loader) policies(v value) {
	o := v.object()
	if o.empty() && len(l.register(aPolicy).order) == 0 {
		v.fail("is empty", "write at least the policy that `fallback` names")
	}
	o.each(func(id string, v value) {
		v.named(id)
		l.draft.policies = append(l.draft.policies, v.policy(id))
	})
}

func (v value) policy(id string) oncall.Policy {
	p := oncall.Policy{ID: oncall.PolicyID(id)}
	o := v.object("levels", "repeat", "then")
	if !o.given() {
		v.fail("is empty", "write levels: [{notify: [user/ana], wait: 5m}]")
		return p
	}
	levels := o.need("levels", "write who is paged first, such as levels: [{notify: [user/ana], wait: 5m}]")
	for _, item := range levels.list() {
		p.Levels = append(p.Levels, item.level())
	}
	if levels.emptyList() {
		levels.fail("is empty, so nobody would be paged", "write at least one level, such as {notify: [user/ana], wait: 5m}")
	}
	repeat, then := o.get("repeat"), o.get("then")
	if repeat.given() && repeat.n.Value != "forever" {
		p.Repeat, _ = repeat.repeat()
	}
	next, _ := then.ref(aPolicy)
	p.Then = oncall.PolicyID(next)
	switch {
	case p.Repeat > 0 && !then.given():
		repeat.warn("finite-repeat", "ends without saying what comes then, so the fallback policy follows", "add `then: POLICY`, or repeat forever")
	case p.Repeat == 0 && next != "":
		then.warn("then-never-reached", "is never reached, because the policy repeats forever", "write a number as `repeat`, or remove `then`")
	}
	return p
}

// repeat reads a number of rounds.
func (v value) repeat() (int, bool) {
	if _, ok := v.text(); !ok {
		return 0, false
	}
	if allDigit.MatchString(v.n.Value) {
		return v.integer(1)
	}
	v.fail(fmt.Sprintf("%q is neither forever nor a number of rounds", clip(v.n.Value)), "write forever, or a number such as 3")
	return 0, false
}

func (v value) level() oncall.Level {
	o := v.object("notify", "wait", "round_robin")
	level := oncall.Level{RoundRobin: o.get("round_robin").boolean()}
	notify := o.need("notify", "list who is told, such as [schedule/primary, user/ana]")
	for _, item := range notify.oneOrMore() {
		t, ok := item.target()
		if !ok {
			continue
		}
		if slices.Contains(level.Targets, t) {
			item.fail(fmt.Sprintf("%s/%s is in the list twice", t.Kind, t.Name), "keep one of them")
			continue
		}
		level.Targets = append(level.Targets, t)
	}
	if notify.given() && len(notify.n.Content) == 0 && notify.n.Value == "" {
		notify.fail("is empty, so the level would tell nobody", "name at least one target, or remove the level")
	}
	wait := o.need("wait", "write how long to wait for an acknowledgement, such as 5m")
	level.Wait, _ = wait.duration(time.Second)
	return level
}

// target reads "user/ana".
func (v value) target() (oncall.Target, bool) {
	classes := map[oncall.TargetKind]class{oncall.ToUser: aUser, oncall.ToSchedule: aSchedule, oncall.ToTeam: aTeam, oncall.ToReceiver: aRoom}
	s, ok := v.text()
	if !ok {
		return oncall.Target{}, false
	}
	k, name, cut := strings.Cut(s, "/")
	c, isKind := classes[oncall.TargetKind(k)]
	switch {
	case !cut || name == "":
		v.fail(fmt.Sprintf("%q does not say what it is", clip(s)), "write user/NAME, schedule/NAME, team/NAME or receiver/NAME")
		return oncall.Target{}, false
	case !isKind:
		v.fail(fmt.Sprintf("%q is no kind of target", clip(k)), suggest(k, []string{"user", "schedule", "team", "receiver"}, "write user/NAME, schedule/NAME, team/NAME or receiver/NAME"))
		return oncall.Target{}, false
	case !v.known(c, name):
		return oncall.Target{}, false
	}
	return oncall.Target{Kind: oncall.TargetKind(k), Name: name}, true
}

func (l *loader) fallback(v value) {
	name, _ := v.ref(aPolicy)
	l.draft.fallback = oncall.PolicyID(name)
}
