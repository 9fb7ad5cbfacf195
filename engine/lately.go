package engine

import "github.com/rouse/rouse/incident"

// latelyMost is how many incidents are kept decoded, some kilobytes each.
const latelyMost = 1024

// lately holds the incidents that the last batches touched, as they are in the store: the committer is the only one who writes
// incidents, and a decision changes none in place. In a storm it spares each batch the reading of what the one before it wrote.
type lately map[int64]incident.Incident

// keep takes over what a batch has read or written, once that is durable.
func (r lately) keep(cases map[int64]*casefile) {
	for n, c := range cases {
		r[n] = c.now
	}
	for n := range r { // any will do
		if len(r) <= latelyMost {
			return
		}
		if _, fresh := cases[n]; !fresh || len(cases) > latelyMost {
			delete(r, n)
		}
	}
}
