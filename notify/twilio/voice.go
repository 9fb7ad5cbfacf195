package twilio

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/twilio/twilio-go/twiml"

	"github.com/rouse/rouse/notify"
)

// What calls say beside the page's own words.
const (
	saidGoodbye  = "This page stays open, and rouse goes on to call. Goodbye."
	saidGone     = "This page is over, there is nothing left to do. Goodbye."
	saidWrongKey = "That key does nothing here."
	saidMachine  = "This is rouse with a page for you. Please check your messages."
	saidInbound  = "This is the paging line of rouse. A call to this number cannot acknowledge anything. " +
		"Please answer the text that you got, or open the incident. Goodbye."
	rounds        = 3    // how often a call says its words when no key is pressed
	keySeconds    = "6"  // how long it waits for a key each time
	maxSpoken     = 1500 // characters; Twilio takes 4096 in one Say
	bundleChoices = "Press 1 to acknowledge all %d, or star to hear this again."
	choices       = "Press 1 to acknowledge, 2 to escalate, 3 to resolve, or star to hear this again."
)

// voice answers a call of ours that was picked up. When Twilio already knows that a machine did, that is reported; the
// words are then said once, still with the keys, in case a person was taken for a machine.
func (h *handler) voice(w http.ResponseWriter, r request) {
	if !outgoing(r) {
		h.inbound(w, r)
		return
	}
	if by := r.form.Get("AnsweredBy"); isMachine(by) {
		if s, ok := r.p.readStatus(r.form); ok {
			if err := h.line.Status(r.ctx, s); err != nil && !errors.Is(err, notify.ErrGone) {
				h.later(w, r, err)
				return
			}
		}
		gather := r.p.gather(r.form.Get("page"), rounds, saidMachine)
		gather.ActionOnEmptyResult = ""
		answer(w, gather, &twiml.VoiceHangup{})
		return
	}
	h.speak(w, r, 1, "")
}

// key takes a pressed key, or none: Twilio comes here too when the time for a key is over.
func (h *handler) key(w http.ResponseWriter, r request) {
	if !outgoing(r) {
		h.inbound(w, r)
		return
	}
	round, _ := strconv.Atoi(r.form.Get("round"))
	round = min(max(round, 1), rounds)
	switch digits := r.form.Get("Digits"); digits {
	case "":
		h.speak(w, r, round+1, "")
	case "*":
		h.speak(w, r, round, "")
	case "1", "2", "3":
		h.press(w, r, round, digits)
	default:
		h.speak(w, r, round+1, saidWrongKey)
	}
}

// press hands a key to the line and says aloud what came of it.
func (h *handler) press(w http.ResponseWriter, r request, round int, digits string) {
	say, done, err := h.line.Key(r.ctx, r.p.cfg.Name, r.form.Get("page"), r.form.Get("CallSid"), digits)
	switch {
	case errors.Is(err, notify.ErrGone):
		answer(w, r.p.say(saidGone), &twiml.VoiceHangup{})
	case err != nil:
		h.later(w, r, err)
	case done:
		answer(w, r.p.say(say), &twiml.VoiceHangup{})
	default:
		h.speak(w, r, round+1, say)
	}
}

// speak says before and the page's words and offers the keys, or takes its leave when the rounds are over.
func (h *handler) speak(w http.ResponseWriter, r request, round int, before string) {
	page := r.form.Get("page")
	s, err := h.line.Speech(r.ctx, r.p.cfg.Name, page, r.form.Get("CallSid"))
	switch {
	case errors.Is(err, notify.ErrGone):
		answer(w, r.p.say(strings.TrimSpace(before+" "+saidGone)), &twiml.VoiceHangup{})
	case err != nil:
		h.later(w, r, err)
	case round > rounds:
		answer(w, r.p.say(strings.TrimSpace(before+" "+saidGoodbye)), &twiml.VoiceHangup{})
	default:
		answer(w, r.p.gather(page, round, before, s.Words, keys(s)))
	}
}

// keys says which keys a call offers.
func keys(s notify.Speech) string {
	if s.Bundle > 1 {
		return fmt.Sprintf(bundleChoices, s.Bundle)
	}
	return choices
}

// inbound answers a call to our number. It does nothing else: who calls can be forged.
func (h *handler) inbound(w http.ResponseWriter, r request) {
	answer(w, r.p.say(saidInbound), &twiml.VoiceHangup{})
}

// outgoing reports whether a call is one of ours. Only those have keys that count.
func outgoing(r request) bool {
	return r.form.Get("page") != "" && r.form.Get("CallSid") != "" && !strings.HasPrefix(strings.ToLower(r.form.Get("Direction")), "inbound")
}

// gather is a TwiML Gather for one key around the words (twilio.com/docs/voice/twiml/gather). actionOnEmptyResult brings
// Twilio back when no key came, so that the words are said again with what is true by then.
func (p *Provider) gather(page string, round int, words ...string) *twiml.VoiceGather {
	g := &twiml.VoiceGather{
		Input: "dtmf", NumDigits: "1", Timeout: keySeconds, ActionOnEmptyResult: "true",
		Action: p.callback("key", page, round), Method: http.MethodPost,
	}
	for _, w := range words {
		if w = spoken(w); w != "" {
			g.InnerElements = append(g.InnerElements, p.say(w))
		}
	}
	return g
}

// say is a TwiML Say (twilio.com/docs/voice/twiml/say).
func (p *Provider) say(words string) twiml.Element {
	return &twiml.VoiceSay{Message: spoken(words), Language: p.cfg.Language}
}

// spoken makes words fit to stand in XML, which has no place for control characters, and keeps them short.
func spoken(words string) string {
	words = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case r < ' ', r == 0xFFFE, r == 0xFFFF, r >= 0xD800 && r <= 0xDFFF:
			return -1
		}
		return r
	}, strings.ToValidUTF8(words, ""))
	rs := []rune(strings.Join(strings.Fields(words), " "))
	return string(rs[:min(len(rs), maxSpoken)])
}

// answer writes a TwiML document; without verbs it is empty, which means that all is well.
func answer(w http.ResponseWriter, verbs ...twiml.Element) {
	doc, err := twiml.Voice(verbs)
	if err != nil {
		http.Error(w, "no TwiML", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	fmt.Fprint(w, doc)
}
