package incident

import "slices"

// Upstream returns the services that a service depends on, directly or through others: the nearest first, each once, and never
// itself.
func (b *Rulebook) Upstream(service string) []string {
	return reach(service, func(name string) []string { return b.Services[name].DependsOn })
}

// Downstream returns the services that depend on a service, directly or through others: the nearest first, else by name, each once,
// and never itself.
func (b *Rulebook) Downstream(service string) []string {
	users := map[string][]string{}
	for name, s := range b.Services {
		for _, on := range s.DependsOn {
			users[on] = append(users[on], name)
		}
	}
	for _, names := range users {
		slices.Sort(names)
	}
	return reach(service, func(name string) []string { return users[name] })
}

// reach follows next from one name, in breadth. Circles end.
func reach(from string, next func(string) []string) (out []string) {
	seen := map[string]bool{from: true}
	for at := []string{from}; len(at) > 0; at = at[1:] {
		for _, name := range next(at[0]) {
			if !seen[name] {
				seen[name] = true
				out, at = append(out, name), append(at, name)
			}
		}
	}
	return out
}
