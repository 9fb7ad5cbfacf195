package tools

import "strings"

// wrapped is what an envelope carries: a body in its own words, or plain text under a subject.
type wrapped struct {
	body    *node
	subject string
	text    string
	topic   string
	note    string // there is no alert in it
}

// unwrap opens the envelope of Amazon's SNS, as it comes over HTTPS and as functions hand it on.
func unwrap(b *node) (out []wrapped, is bool) {
	if records := b.at("Records"); records != nil && len(records.items) > 0 && records.items[0].at("Sns.Message") != nil {
		for _, r := range records.items {
			out = append(out, openSNS(r.at("Sns")))
		}
		return out, true
	}
	if b.at("TopicArn") == nil || b.at("Type") == nil || b.at("Message") == nil {
		return nil, false
	}
	return []wrapped{openSNS(b)}, true
}

func openSNS(b *node) wrapped {
	w := wrapped{subject: b.at("Subject").str(), text: b.at("Message").str(), topic: b.at("TopicArn").str()}
	switch b.at("Type").str() {
	case "SubscriptionConfirmation":
		w.note = "Amazon SNS wants the subscription of " + w.topic + " confirmed: open " + b.at("SubscribeURL").str()
	case "UnsubscribeConfirmation":
		w.note = "Amazon SNS has ended the subscription of " + w.topic
	default:
		if strings.HasPrefix(w.text, "{") {
			w.body = parse([]byte(w.text))
		}
	}
	return w
}

// topicName is the last part of a topic's ARN.
func topicName(arn string) string { return arn[strings.LastIndex(arn, ":")+1:] }

func (w *wrapped) read(depth int) []Report {
	if w.note != "" {
		return []Report{{Tool: "Amazon SNS", State: Nothing, Note: w.note}}
	}
	if w.body != nil && w.body.object {
		if found, known := read(w.body, depth); known {
			for k := range found {
				found[k].label("topic", topicName(w.topic))
			}
			return found
		}
		if found, said := plainWords(w.body); said {
			found.label("topic", topicName(w.topic))
			return []Report{found}
		}
	}
	r := Report{Tool: "Amazon SNS", State: Firing, Title: oneLine(firstOf(w.subject, firstLine(w.text), "Message of "+topicName(w.topic))), Description: w.text}
	if r.Description == r.Title {
		r.Description = ""
	}
	r.label("topic", topicName(w.topic))
	return []Report{r}
}

// plainWords reads a message in the words that the generic format uses too.
func plainWords(b *node) (Report, bool) {
	s := scope{b, b}
	r := Report{
		Tool: "Amazon SNS", State: Firing, Key: text("{key}|{dedup_key}|{alias}").in(s), Title: oneLine(text("{title}|{summary}|{subject}|{name}|{message}").in(s)),
		Description: text("{description}|{details}|{body}|{message}").in(s), Severity: text("{severity}|{level}|{priority}").in(s), URL: text("{url}|{link}").in(s),
	}
	if st, known := Word(text("{state}|{status}|{action}").in(s)); known {
		r.State = st
	}
	return r, r.Title != ""
}

func (r *Report) label(name, value string) {
	if value == "" || r.State == Nothing {
		return
	}
	if r.Labels == nil {
		r.Labels = map[string]string{}
	}
	if r.Labels[name] == "" {
		r.Labels[name] = value
	}
}
