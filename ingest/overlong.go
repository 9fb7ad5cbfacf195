package ingest

import (
	"net/http"
	"strconv"
)

// beginning returns the alerts at the beginning of an Alertmanager webhook (and of Grafana's) that was cut at the body limit, as a whole
// body; nil where not one arrived in full.
func beginning(cut []byte) []byte {
	end, closing := 0, ""
	depth, inArray := 0, false // inArray: what is open at depth 2 is an array
	for i := 0; i < len(cut); i++ {
		switch cut[i] {
		case '"':
			i = endOfString(cut, i+1)
		case '{', '[':
			if depth++; depth == 2 {
				inArray = cut[i] == '['
			}
		case '}', ']':
			switch depth--; {
			case depth == 2 && inArray && cut[i] == '}':
				end, closing = i+1, "]}"
			case depth == 1 && inArray && end > 0:
				end, closing = i+1, "}"
			}
		}
	}
	if end == 0 {
		return nil
	}
	return append(cut[:end:end], closing...)
}

// salvage keeps what came of a webhook that is longer than the limit, for whoever sent it will not send it again: Alertmanager and Grafana
// take 413 for final, and so long a group is the worst hour there is. What is signed is kept whole or not at all.
func (s *Server) salvage(src *Source, body []byte, err error) (kept []byte, done func()) {
	hook := src.Type == TypeAlertmanager || src.Type == TypeGrafana
	if !hook || src.HMACSecret != "" || asRefusal(err).status != http.StatusRequestEntityTooLarge {
		return nil, nil
	}
	if kept = beginning(body); kept == nil {
		return nil, nil
	}
	l := &lease{of: s.room}
	if l.grow(len(kept)) != nil {
		return nil, nil
	}
	return kept, l.end
}

// answerCut says that the beginning of an overlong body was stored, and the rest was not.
func (s *Server) answerCut(w http.ResponseWriter, src *Source, why *refusal, b batch) {
	n := len(b.alerts)
	s.count(src.Name, why.status)
	s.log.Warn("refused, in whole or in part", "integration", src.Name, "status", why.status, "stored", n, "err", why.what)
	writeJSON(w, why.status, failed{Error: why.what, Hint: "The first " + strconv.Itoa(n) + " alerts were stored, the others were not. " + why.hint, Accepted: &n, Errors: lines(b.problems)})
}
