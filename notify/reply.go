package notify

import (
	"strconv"
	"strings"
	"time"
)

// Verb is what a reply asks for.
type Verb string

// The verbs. Stop, Start and AskHelp are also what a carrier answers to by itself; Unknown is everything that is not
// certainly one of the others. Two questions are named AskStatus and AskHelp: Status is a provider's word, Help the answer.
const (
	Unknown   Verb = "unknown"
	Ack       Verb = "ack"
	Resolve   Verb = "resolve"
	Escalate  Verb = "escalate"
	Give      Verb = "give"
	Note      Verb = "note"
	Hold      Verb = "hold"
	AskStatus Verb = "status"
	List      Verb = "list"
	Who       Verb = "who"
	AskHelp   Verb = "help"
	Report    Verb = "report" // something is broken that no monitor has seen
	Update    Verb = "update" // a status update to stakeholders
	Resume    Verb = "resume" // a hold ends
	Cover     Verb = "cover"  // another takes the sender's hours on call
	Swap      Verb = "swap"   // the sender's hours for another's
	Decline   Verb = "decline"
	Stop      Verb = "stop"
	Start     Verb = "start"
)

// Command is what somebody's text asks for. Exactly one of Number, Bundle, All and Newest says which incident, for the
// verbs that need one; only Ack knows the last two. Decline names an override, ov-n, or the Newest given to the sender.
type Command struct {
	Verb    Verb
	Number  int64         // INC-n
	Bundle  string        // "B7": the incidents of one bundle; Ack and AskStatus
	All     bool          // everything that this phone was paged for
	Newest  bool          // the newest page sent to this phone
	For     time.Duration // Ack and Hold: lapses after this
	Until   string        // Ack and Hold: "morning", the start of the person's day
	User    string        // Give, Swap: an id or a name, as written
	Text    string        // Resolve, Note, Hold, Update: the note, the reason or the words; Report: all that follows, as written; Cover: who, where, why
	Service string        // Who: the service asked about, as written; empty for all. Report: the first word, which may be a service
	Hours   Hours         // Cover, Swap: the sender's
	Theirs  Hours         // Swap: the other's
}

// Hint is why a text was not understood and what to type instead. It is short enough to be sent back as one SMS segment. The
// numbers in it are the sender's own: those that the text named, and blanks that Words fills.
type Hint string

func (h Hint) Error() string { return h.Words(0, 0) }

// Words says the hint with the sender's own incidents: waits is the newest that waits for an ack of theirs, open the newest that
// is theirs and open. Where there is none (0) it says N: a number that is another's would be typed by somebody half awake.
func (h Hint) Words(waits, open int64) string {
	return string(h.fill(blankWaits, digits(waits)).fill(blankOpen, digits(open)))
}

func (h Hint) fill(blank, with string) Hint { return Hint(strings.ReplaceAll(string(h), blank, with)) }

// about is the hint to a text that was about one incident.
func (h Hint) about(n int64) Hint {
	if n == 0 {
		return h
	}
	return h.fill(blankWaits, digits(n)).fill(blankOpen, digits(n))
}

func digits(n int64) string {
	if n == 0 {
		return "N"
	}
	return strconv.FormatInt(n, 10)
}

// The blanks of a hint: the numbers of Words, what the text said first, and what it said of two incidents.
const (
	blankWaits  = "{waits}"
	blankOpen   = "{open}"
	blankVerb   = "{verb}"
	blankFirst  = "{first}"
	blankSecond = "{second}"
)

// The hints. Each says what to type.
const (
	hintUnknown   Hint = "Sorry, I did not get that; nothing was done. Reply {waits} to ack INC-{waits}, ? for help."
	hintQuestion  Hint = "Was that a question? Nothing was done. Reply {waits} to ack INC-{waits}, or {open}? for its status."
	hintNo        Hint = "That looks like a no. Nothing was done. To ack INC-{waits} reply just {waits}."
	hintWhich     Hint = "Which incident? Nothing was done. Put its number: {verb} {open} is for INC-{open}. Reply list for yours."
	hintNumber    Hint = "That is not an incident number I can read. Nothing was done. Reply list for yours."
	hintMany      Hint = "One incident at a time, please; nothing was done. Reply {first}, then {second}."
	hintManyAcks  Hint = "One incident at a time, please; nothing was done. Reply {first}, then {second}. Or: ack all."
	hintHours     Hint = "Is that a number or a time? Nothing was done. Reply {waits} to ack INC-{waits}, or {waits} 2h to ack it for two hours."
	hintTime      Hint = "I did not get the time, so nothing was done. Write 30m, 2h, 1d (at most 30d) or morning: ack {waits} 2h."
	hintExtra     Hint = "I did not get the words after that, so nothing was done. Reply {waits} to ack, {open}r resolve, n {open} text to note."
	hintBundle    Hint = "{first} is several incidents and can only be acked: reply {first}. Nothing was done. Reply {first}? for the number of each."
	hintGive      Hint = "Give it to whom? Nothing was done. Reply give {open} and a name."
	hintNote      Hint = "The note is empty. Reply n {open} and your text."
	hintHold      Hint = "Hold needs a reason. Nothing was done. Reply hold {open} 2h vendor, or hold {open} vendor."
	hintReport    Hint = "Report what? Nothing was done. Reply report, the service, and what is wrong: report checkout cannot pay."
	hintUpdate    Hint = "The update is empty. Reply u {open} and what stakeholders should know."
	hintCover     Hint = "Cover when, and by whom? Nothing was done. Reply cover sat 09:00-18:00 bo, cover tonight bo or cover 2h bo: bo takes your hours."
	hintSwap      Hint = "Swap what? Nothing was done. Reply swap sat bo sun: bo takes your sat, you bo's sun. Or swap with bo: your next shifts."
	hintDecline   Hint = "Decline what? Nothing was done. Reply decline and the number of the cover that you cannot take, or decline for the newest."
	hintUntilWhen Hint = "Until when? Nothing was done. Write both ends: cover sat 09:00-18:00 bo."
	hintKeyword   Hint = "STOP, START and words like them are about texts to this phone, so nothing was done. Reply {waits} to ack INC-{waits}."
	hintLong      Hint = "That is too long for me; nothing was done. Reply {waits} to ack INC-{waits}, or ? for help."
)

// Help says what a phone can say, in one text and a line each, with n as the number of an incident of who asks; 0 for none.
func Help(n int64) string {
	const words Hint = "{open} ack\n{open}r resolve\n{open}e escalate\n{open}? status\nack all\ngive {open} bo\nn {open} text\n" +
		"hold {open} 2h why\nu {open} update\nreport web down\nlist\nwho\ncover sat bo\ndecline"
	if text := words.Words(0, n); oneSegment(text) {
		return text
	}
	return words.Words(0, 0)
}

func oneSegment(text string) bool {
	_, _, n := Segments(text)
	return n <= 1
}

// maxReply is the longest text that is looked at, in bytes: ten segments in any script.
const maxReply = 4096

// ParseReply reads a text from somebody's phone. Case, spaces, quotes, punctuation, full-width and other digits, and
// emoji around a command are forgiven. What the words mean is not guessed: a text acknowledges only when it is a
// command to do so from its first word to its last, never because it contains one. The error is a Hint, to be sent back
// as the answer, exactly when the Verb is Unknown.
//
// The words that carriers treat as opting out (STOP STOPALL UNSUBSCRIBE END QUIT REVOKE OPTOUT CANCEL), in (START YES
// UNSTOP) and asking for help (HELP INFO) mean that when they are the whole text, and never anything else; the list is
// Twilio's. "ok" is no command.
func ParseReply(body string) (Command, error) {
	if len(body) > maxReply {
		return refuse(hintLong)
	}
	p := newParser(body)
	if c, ok := p.keyword(); ok {
		return c, nil
	}
	if len(p.words) == 0 {
		return refuse(hintUnknown)
	}
	c, err := p.parse()
	if h, ok := err.(Hint); ok {
		return refuse(h.about(p.number))
	}
	return c, err
}

// refuse is the answer to a text that does nothing.
func refuse(h Hint) (Command, error) { return Command{Verb: Unknown}, h }
