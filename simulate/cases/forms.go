package cases

// Form is one kind of sentence: what happens, or what is to be seen.
type Form struct {
	Form    string // as it is written: words, alternatives with |, <slots>, [what may be left out]
	Example string
	Does    string // in one sentence, for people
	Expects bool   // it is compared with what happened

	elements []element
	read     func(*reader, caught)
}

// Forms are all kinds of sentence, in the order of the manual.
func Forms() []Form { return forms() }

func forms() []Form {
	all := append(happenings(), answers()...)
	all = append(all, troubles()...)
	all = append(all, sights()...)
	all = append(all, states()...)
	for k := range all {
		all[k].elements = parseForm(all[k].Form)
	}
	return all
}

// happenings are what sources and operators do.
func happenings() []Form {
	return []Form{
		{Form: "alert <alert> [<labels...>] [from <integration>]", Example: `alert HighErrorRate service=checkout severity=critical`, read: (*reader).alert,
			Does: "An alert fires, with alertname and these labels; summary=\"...\" is its title. It comes from the first integration unless one is named."},
		{Form: "payload <file> [from <integration>]", Example: `payload payload.json from prometheus`, read: (*reader).payload,
			Does: "A source sends the body in a file beside the tests, in any format that rouse takes; the integration is guessed from it unless it is named."},
		{Form: "everything recovers|recovered", Example: `everything recovers`, read: (*reader).allRecover, Does: "Every alert of the story that fires recovers."},
		{Form: "<alert> [<labels...>] recovers|recovered", Example: `HighErrorRate recovers`, read: (*reader).recovers,
			Does: "The alerts of the story with this name, and these labels, recover."},
		{Form: "<user> reports <title> for <service>", Example: `cy reports "customers cannot pay" for checkout`, read: (*reader).reports, Does: "A person opens an incident by hand."},
		{Form: "<user> silences <labels...> for <for>", Example: `ana silences alertname=Flappy for 2h`, read: (*reader).silences,
			Does: "A person makes a silence for what has all these labels; =~, != and !~ compare as in Alertmanager."},
		{Form: "silence|silences ends|end|expires|expire", Example: `silence ends`, read: (*reader).unsilence, Does: "All silences of the story end."},
		{Form: "<user> covers <schedule> for <for>", Example: `bo covers primary for 8h`, read: (*reader).covers, Does: "An override made at run time puts a person on a schedule from now on."},
		{Form: "heartbeat <heartbeat> stops", Example: `heartbeat prometheus-eu stops`, read: (*reader).heartStops, Does: "A heartbeat is heard no more; until then it is heard in time, as are all others."},
		{Form: "heartbeat <heartbeat> returns", Example: `heartbeat prometheus-eu returns`, read: (*reader).heartBeats, Does: "It is heard again."},
	}
}

// answers are what people do about incidents. Nobody does anything that no line says: phones ring out, texts are not answered.
func answers() []Form {
	return []Form{
		{Form: "<user> answers|takes [the|a] [call] [and] presses <key>", Example: `bo answers and presses 1`, read: (*reader).presses,
			Does: "A person takes the call that rings, or the next one, and presses a key: 1 acknowledges, 2 escalates, 3 resolves."},
		{Form: "<user> answers|takes [the|a] [call] and hangs up", Example: `bo answers and hangs up`, read: (*reader).presses, Does: "A person takes the call and presses nothing."},
		{Form: "<user> texts|replies <words...>", Example: `ana texts "ack"`, read: (*reader).texts, Does: "A person texts to rouse, anything that it understands."},
		{Form: "<user> acknowledges [<ref>] [for <for>]", Example: `ana acknowledges INC-1 for 2h`, read: (*reader).acknowledges, Does: "Likewise by page, API or a link in a mail; without a name the newest open incident."},
		{Form: "<user> escalates [<ref>]", Example: `ana escalates`, read: (*reader).escalates, Does: "The next level is paged at once."},
		{Form: "<user> resolves [<ref>] [saying <words...>]", Example: `ana resolves saying "rolled back"`, read: (*reader).resolves, Does: "The incident is resolved, with a note."},
		{Form: "<user> holds [<ref>] [for <for>] saying <words...>", Example: `ana holds INC-1 for 2h saying vendor`, read: (*reader).holds, Does: "An acknowledged incident is put on hold, with a reason."},
		{Form: "<user> gives|hands [<ref>] to <other>", Example: `ana gives INC-1 to bo`, read: (*reader).gives, Does: "The incident is handed to somebody, who is paged for it."},
		{Form: "<user> closes [<ref>] [saying <words...>]", Example: `ana closes INC-1`, read: (*reader).closes, Does: "A resolved incident is closed for good."},
	}
}

// troubles are deliveries that fail, and work again.
func troubles() []Form {
	return []Form{
		{Form: "<traffic> [to <user>] [over <provider>] fail|fails", Example: `texts to ana fail`, read: (*reader).fails, Does: "Deliveries fail at once after the provider took them."},
		{Form: "<traffic> [to <user>] [over <provider>] work|works [again]", Example: `texts to ana work again`, read: (*reader).works, Does: "They arrive again."},
		{Form: "<whose> phone is <phone>", Example: `ana's phone is off`, read: (*reader).phone,
			Does: "A phone is off (texts and calls fail at once), busy, dead (there is no such number), or its voicemail takes every call."},
		{Form: "<whose> phone works [again]", Example: `ana's phone works again`, read: (*reader).phoneWorks, Does: "It works again."},
		{Form: "provider <provider> is <mood>", Example: `provider twilio is down`, read: (*reader).outage,
			Does: "An account is down (cannot be reached), silent (gives no answer), locked (refuses its credentials) or throttling (429)."},
		{Form: "provider <provider> works [again]", Example: `provider twilio works again`, read: (*reader).provided, Does: "It works again."},
	}
}

// sights are what people are to see of it.
func sights() []Form {
	return []Form{
		{Form: "<people...> gets|get [a|an|the] <means> [about <ref>] [over <provider>] [saying <words...>]", Example: `ana and bo get a text saying "HighErrorRate"`, Expects: true, read: (*reader).gets,
			Does: "Each of them is sent a text, call or mail then, which arrives or not. One message is enough for one line, so two lines need two."},
		{Form: "<user> is|was answered <words...>", Example: `ana is answered "acknowledged"`, Expects: true, read: (*reader).answered, Does: "What a person texted is answered by a text with these words in it."},
		{Form: "<people...> gets|get nothing", Example: `cy gets nothing`, Expects: true, read: (*reader).notPaged, Does: "None of them is paged from the start of the story to the line's time."},
		{Form: "<people...> is|are|was|were|has|have [been] not|never [been] <woken>", Example: `cy is not paged`, Expects: true, read: (*reader).notPaged, Does: "The same; woken is by a text or a call alone."},
		{Form: "nobody [else] is|was|has [been] <woken>", Example: `nobody else is paged`, Expects: true, read: (*reader).nobody,
			Does: "Up to the line's time every page is one that a line of the story expects: woken is by a text or a call, paged by a mail too. News that needs no answer is none."},
		{Form: "room <room> is|was told [of] [<heard>]", Example: `room shop-room is told`, Expects: true, read: (*reader).room, Does: "A chat room or mail list is told then."},
		{Form: "<user> is|was on call for <schedule>", Example: `bo is on call for primary`, Expects: true, read: (*reader).onCall, Does: "Who is on call at the line's time, overrides included."},
	}
}

// states are what incidents are to be, at a line's time and after all that happens at it. <ref> is INC-1, it (the newest), or the name
// of a service or an alert.
func states() []Form {
	return []Form{
		{Form: "<ref> is|was [still|now] <state> [by <who>]", Example: `INC-1 is acknowledged by bo`, Expects: true, read: (*reader).state, Does: "The state of an incident, and who acknowledged or resolved it."},
		{Form: "<ref> is|was [still|now] <priority> [for <service>]", Example: `INC-1 is P1 for checkout`, Expects: true, read: (*reader).priority, Does: "Its priority, and the service that it is about."},
		{Form: "<ref> is|was assigned to <user>", Example: `INC-1 is assigned to bo`, Expects: true, read: (*reader).assigned, Does: "Who has it."},
		{Form: "<ref> is|was at level <count> [of <policy>]", Example: `INC-1 is at level 2 of shop`, Expects: true, read: (*reader).level, Does: "Where its escalation stands."},
		{Form: "<ref> has|had <count> alert|alerts", Example: `INC-1 has 3 alerts`, Expects: true, read: (*reader).alerts, Does: "How many alerts have joined it."},
		{Form: "<ref> is|was suppressed|muted by <why> [<rule...>]", Example: `it is suppressed by maintenance backup`, Expects: true, read: (*reader).suppressed, Does: "Nobody is paged for it, and why."},
		{Form: "<ref> is|was not suppressed|muted", Example: `it is not suppressed`, Expects: true, read: (*reader).unsuppressed, Does: "Nothing keeps people from hearing of it."},
		{Form: "<promise> of <ref> is|was <stage>", Example: `response of INC-1 is breached`, Expects: true, read: (*reader).promise,
			Does: "Where an SLA's clock stands: running, paused, outside_hours, kept (done in time) or breached."},
		{Form: "<count> incident|incidents is|are|was|were open", Example: `1 incident is open`, Expects: true, read: (*reader).open, Does: "How many incidents wait for somebody."},
	}
}
