package notify

import "time"

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

// Hint is why a text was not understood and what to type instead. It is short enough to be sent back as one SMS segment.
type Hint string

func (h Hint) Error() string { return string(h) }

// The hints. Each says what to type.
const (
	hintUnknown   Hint = "Sorry, I did not get that; nothing was done. Reply ack for your newest page, 42 to ack INC-42, or ? for help."
	hintQuestion  Hint = "Was that a question? Nothing was done. Reply 42 to ack INC-42, or 42? for its status."
	hintNo        Hint = "That looks like a no. Nothing was done. To ack INC-42 reply just 42."
	hintWhich     Hint = "Which incident? Nothing was done. Put its number, such as 42 or r 42. Reply list for yours."
	hintNumber    Hint = "That is not an incident number I can read. Nothing was done. Reply list for yours."
	hintMany      Hint = "One incident at a time, please; nothing was done. Reply 42, then 43. Or: ack all."
	hintHours     Hint = "Is that a number or a time? Nothing was done. Write times like 2h: ack 2h for your newest page, ack 42 2h for INC-42."
	hintTime      Hint = "I did not get the time, so nothing was done. Write 30m, 2h, 1d (at most 30d) or morning: ack 42 2h."
	hintExtra     Hint = "I did not get the words after that, so nothing was done. Reply 42 to ack, 42r resolve, n 42 text to note."
	hintBundle    Hint = "A code like B7 can only be acked: reply B7. For one incident of it use its number, such as 42r."
	hintGive      Hint = "Give it to whom? Nothing was done. Reply give 42 bo."
	hintNote      Hint = "The note is empty. Reply n 42 and your text."
	hintHold      Hint = "Hold needs a reason. Nothing was done. Reply hold 42 2h vendor, or hold 42 vendor."
	hintReport    Hint = "Report what? Nothing was done. Reply report, the service, and what is wrong: report checkout cannot pay."
	hintUpdate    Hint = "The update is empty. Reply u 42 and what stakeholders should know."
	hintCover     Hint = "Cover when, and by whom? Nothing was done. Reply cover sat 09:00-18:00 bo, cover tonight bo or cover 2h bo: bo takes your hours."
	hintSwap      Hint = "Swap what? Nothing was done. Reply swap sat bo sun: bo takes your sat, you bo's sun. Or swap with bo: your next shifts."
	hintDecline   Hint = "Decline what? Nothing was done. Reply decline 7, the number of the cover that you cannot take."
	hintUntilWhen Hint = "Until when? Nothing was done. Write both ends: cover sat 09:00-18:00 bo."
	hintKeyword   Hint = "STOP, START and words like them are about texts to this phone, so nothing was done. Reply 42 to ack INC-42."
	hintLong      Hint = "That is too long for me; nothing was done. Reply 42 to ack INC-42, or ? for help."
)

// Help says what a phone can say, in one text.
func Help() string {
	return "42 ack, 42r resolve, 42e escalate, 42? status, ack all, give 42 bo, n 42 text, " +
		"hold 42 2h why, u 42 update, report web down, list, who, cover sat bo, decline 7"
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
	return p.parse()
}

// refuse is the answer to a text that does nothing.
func refuse(h Hint) (Command, error) { return Command{Verb: Unknown}, h }
