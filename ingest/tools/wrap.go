package tools

import (
	"encoding/base64"
	"strings"
)

// wrapped is what an envelope carries: a body in its own words, or plain text under a subject.
type wrapped struct {
	tool    string
	body    *node
	subject string
	text    string
	topic   string
	note    string // there is no alert in it
}

// unwrap opens the envelope of Amazon's SNS, as it comes over HTTPS and as functions hand it on, and that of Google's Pub/Sub.
func unwrap(b *node) (out []wrapped, is bool) {
	if b.at("subscription") != nil && b.at("message").at("data") != nil {
		return []wrapped{openPubSub(b)}, true
	}
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
	w := wrapped{tool: "Amazon SNS", subject: b.at("Subject").str(), text: b.at("Message").str(), topic: b.at("TopicArn").str()}
	switch b.at("Type").str() {
	case "SubscriptionConfirmation":
		w.note = "Amazon SNS wants the subscription of " + w.topic + " confirmed: open " + b.at("SubscribeURL").str()
	case "UnsubscribeConfirmation":
		w.note = "Amazon SNS has ended the subscription of " + w.topic
	default:
		if w.body = b.at("Message"); strings.HasPrefix(w.text, "{") {
			w.body = parse([]byte(w.text))
		}
	}
	return w
}

// openPubSub reads a message that Pub/Sub pushes; its data is base64, and text that is none stays as it is.
func openPubSub(b *node) wrapped {
	w := wrapped{tool: "Google Pub/Sub", subject: b.at("message.attributes.subject").str(), text: b.at("message.data").str(), topic: b.at("subscription").str()}
	if data, err := base64.StdEncoding.DecodeString(w.text); err == nil {
		w.text = strings.TrimSpace(strings.ToValidUTF8(string(data), "\ufffd"))
	}
	if w.body = b.at("message.data"); strings.HasPrefix(w.text, "{") {
		w.body = parse([]byte(w.text))
	}
	return w
}

// topicName is the last part of a topic's ARN, or of a subscription's path.
func topicName(long string) string { return long[strings.LastIndexAny(long, ":/")+1:] }

func (w *wrapped) read(depth int) []Report {
	if w.note != "" {
		return []Report{{Tool: w.tool, State: Nothing, Note: w.note}}
	}
	if w.body != nil && w.body.object {
		if found, known := read(w.body, depth); known {
			for k := range found {
				found[k].label("topic", topicName(w.topic))
			}
			return found
		}
		if found, said := plainWords(w.body); said {
			found.Tool = w.tool
			found.label("topic", topicName(w.topic))
			return []Report{found}
		}
	}
	r := Report{Tool: w.tool, State: Firing, Title: oneLine(firstOf(w.subject, firstLine(w.text), "Message of "+topicName(w.topic))), Description: w.text}
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
		State: Firing, Key: text("{key}|{dedup_key}|{alias}").in(s), Title: oneLine(text("{title}|{summary}|{subject}|{name}|{message}").in(s)),
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
