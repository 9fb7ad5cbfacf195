package migrate

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// pager is the import of another pager's API: names of everything, and the house that is built.
type pager struct {
	*house
	*export
	now                                     time.Time
	people, groups, rotas, chains, products *names
	phones                                  map[string]string // who has a number
}

// unrouted is the service of alerts that no route takes.
const unrouted = "unrouted"

func newPager(source string, e *export, o Options) *pager {
	p := &pager{house: &house{source: source, fallback: everyone}, export: e, now: o.Now, phones: map[string]string{}}
	p.people, p.groups, p.rotas, p.chains, p.products = newNames(), newNames(), newNames(), newNames(everyone), newNames(unrouted)
	for _, name := range e.short {
		p.lost = append(p.lost, Lost{What: oneLine(base(name)) + " says that it is one page of several: what the others hold is missing here. Fetch them all."})
	}
	return p
}

// finish adds what every house needs: a last resort, and a service for what no route takes.
func (p *pager) finish() (*Result, error) {
	if len(p.users) == 0 {
		u := user{id: placeholder, name: "On call", zone: "UTC"}
		u.notes.add("the export holds no users. Put your people here.")
		p.users = append(p.users, u)
	}
	last := policy{id: everyone, levels: []level{{notify: p.lastResort(), wait: "5m"}}}
	last.notes.add("not from the export: who is paged when a policy ends or finds nobody. See that it names the right people.")
	p.policies = append(p.policies, last)
	p.services = append(p.services, service{id: unrouted, policy: everyone})
	if p.route == nil {
		p.route = block()
	}
	top := block()
	set(top, "service", text(unrouted))
	set(top, "group_by", words("alertname"))
	if len(p.route.Content) > 0 {
		set(top, "routes", p.route)
	}
	p.route = top
	return p.write()
}

// lastResort is everybody on a schedule, or else everybody.
func (p *pager) lastResort() []string {
	var all []string
	seen := map[string]bool{}
	add := func(id string) {
		if !seen[id] {
			seen[id] = true
			all = append(all, "user/"+id)
		}
	}
	for _, s := range p.schedules {
		for _, l := range s.layers {
			for _, u := range l.users {
				add(u)
			}
		}
	}
	if len(all) == 0 {
		for _, u := range p.users {
			add(u.id)
		}
	}
	return all
}

// routeTo adds a route by matchers, with notes. kids are appended to an existing list.
func (p *pager) routeTo(where string, n notes, service string, matchers ...string) *yaml.Node {
	r := block()
	ms := words()
	for _, m := range matchers {
		ms.Content = append(ms.Content, single(m))
	}
	set(r, "matchers", ms)
	set(r, "service", text(service))
	comment(r, n)
	for _, s := range n {
		p.lost = append(p.lost, Lost{where, s})
	}
	if p.route == nil {
		p.route = list()
	}
	p.route.Content = append(p.route.Content, r)
	return r
}

// mailForm is strict enough that what passes is an address anywhere.
var (
	mailForm  = regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)
	phoneForm = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
)

// mail sets the address, if it is one.
func (u *user) mail(address string) {
	switch {
	case address == "" || u.email == address:
	case !mailForm.MatchString(address) || strings.Contains(address, "..") || strings.HasPrefix(address, ".") || strings.Contains(address, ".@"):
		u.notes.add("%q is no mail address.", address)
	case u.email != "":
		u.notes.add("has a further mail address, %s; rouse has one for each person.", address)
	default:
		u.email = address
	}
}

// call sets the phone number, if it is one and nobody else's.
func (p *pager) call(u *user, number string) {
	number = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(number)
	switch {
	case number == "" || number == u.phone:
	case !phoneForm.MatchString(number):
		u.notes.add("%q is no phone number with its country code.", number)
	case u.phone != "":
		u.notes.add("has a further phone number, %s; rouse has one for each person.", number)
	case p.phones[number] != "":
		u.notes.add("has the phone number of %s; a text is answered by its number, so each person needs their own.", p.phones[number])
	default:
		u.phone, p.phones[number] = number, u.id
	}
}

// name gives a user their id: the first word of the name, or the mail address before the @.
func (p *pager) name(id, called, email string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(called), " ")
	if lower(first) == "" {
		first, _, _ = strings.Cut(email, "@")
	}
	return p.people.give(id, lower(first), "user")
}

// person is the id of a user of the export, "" for one who is not in it.
func (p *pager) person(id string) string { return p.people.of[id] }

// override adds one that is not over.
func (p *pager) override(s *schedule, zone *time.Location, id, called string, from, to time.Time) {
	who := p.person(id)
	switch {
	case !to.After(p.now) || !to.After(from):
		return // nothing that will be is lost
	case who == "":
		s.notes.add("an override by %s from %s is left out: the user is not in the export.", orElse(called, id), from.In(zone).Format("2006-01-02 15:04"))
		return
	}
	o := override{user: who, from: from.UTC().Format(time.RFC3339), to: to.UTC().Format(time.RFC3339)}
	for _, had := range s.overrides {
		if had == o {
			return
		}
	}
	s.overrides = append(s.overrides, o)
}

// rota adds a schedule, or says why there is none: who leads to it is told then.
func (p *pager) rota(s schedule, empty string) {
	if len(s.layers) > 0 {
		p.schedules = append(p.schedules, s)
		return
	}
	p.lost = append(p.lost, Lost{What: "The schedule " + s.id + " is left out: it has " + empty + "."})
	for _, n := range s.notes {
		p.lost = append(p.lost, Lost{What: "The schedule " + s.id + ": " + n})
	}
}

// target adds a target of a level, or says what it was.
func (p *pager) target(l *level, kind, id, called string) {
	name := ""
	switch kind {
	case "user":
		name = p.person(id)
	case "team":
		name = p.groups.of[id]
	case "schedule":
		for _, s := range p.schedules {
			if s.id == p.rotas.of[id] {
				name = s.id
			}
		}
	}
	if name == "" {
		l.notes.add("%s %s is not in the export, or has no equal, and is not told.", kind, orElse(called, id))
		return
	}
	if t := kind + "/" + name; !slices.Contains(l.notify, t) {
		l.notify = append(l.notify, t)
	}
}

// level adds a level that tells somebody; of any other the notes stay.
func (x *policy) level(l level) {
	if len(l.notify) == 0 {
		x.notes = append(x.notes, l.notes...)
		x.notes.add("a level of it told nobody that rouse knows, and is left out.")
		return
	}
	x.levels = append(x.levels, l)
}

// chain adds a policy with at least one level.
func (p *pager) chain(x policy) {
	if len(x.levels) > 0 {
		p.policies = append(p.policies, x)
		return
	}
	p.lost = append(p.lost, Lost{What: "The escalation policy " + x.id + " is left out: no level of it tells anybody that rouse knows."})
	for _, n := range x.notes {
		p.lost = append(p.lost, Lost{What: "The escalation policy " + x.id + ": " + n})
	}
}

// has reports whether there is a policy.
func (p *pager) has(id string) bool {
	return slices.ContainsFunc(p.policies, func(x policy) bool { return x.id == id })
}

func itoa(n int) string { return strconv.Itoa(n) }
