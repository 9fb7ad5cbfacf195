package report

// Formula is one number in words.
type Formula struct {
	Name    string `json:"name"`
	Formula string `json:"formula"`
	Why     string `json:"why"`
	Silent  string `json:"does_not_say"` // what the number does not say
}

// Formulas returns how every number is worked out, why so, and what it does not say. The pages end with it, and the manual
// repeats it word for word.
func Formulas() []Formula {
	var all []Formula
	all = append(all, formulasOfCounting()...)
	all = append(all, formulasOfTime()...)
	all = append(all, formulasOfWork()...)
	return append(all, formulasOfPeople()...)
}

func formulasOfCounting() []Formula {
	return []Formula{
		{"Incidents", "those created in the period, its start included and its end not, without duplicates",
			"a thing is counted once, in the period in which it began to be handled",
			"how bad they were, or what users felt"},
		{"Open", "of those, the ones not resolved when the report was made",
			"what is unfinished belongs beside what is done",
			"why they are open: one on hold for a vendor counts too"},
		{"Duplicates", "incidents created in the period that were merged into another or resolved as duplicate; in no other number but the load of people",
			"one disturbance is not two, and a merge is not a fast resolution; but a phone that rang for it rang",
			"how well alerts are grouped, unless people take the trouble to merge"},
		{"Percentile", "nearest rank: of n sorted values the one at place n * p / 100, rounded up; p50 is the median",
			"it is always a time that somebody really waited; nothing is interpolated",
			"much when few were measured: the p95 of ten is the slowest"},
		{"Week", "ISO weeks, Monday to Sunday, in the zone of the report; a week cut by the period, or not over, is marked",
			"weeks of one length can be compared, and the first and last bar not with the others",
			"anything of holidays"},
	}
}

func formulasOfTime() []Formula {
	return []Formula{
		{"MTTD", "start, as the source says, to creation; without those whose source does not say, or says a time after the creation",
			"time to detect: what monitoring costs before anybody can act",
			"when users felt it first; a source that reports late starts late"},
		{"MTTA", "creation to the first explicit acknowledgement, which later ones do not move; a reassign, an escalation, a note or a resolve is none",
			"time to acknowledge: how long until a person said: I have it",
			"anything of incidents that nobody acknowledged, which are not in it"},
		{"MTTM", "creation to the first status update that said monitoring, which a reopening does not move; without those that never said so, or only after the resolution",
			"time to mitigate: how long until users were better off, even if the cause was still there",
			"anything of incidents without updates, which are most of the small ones; it is when somebody said it, not when it was so"},
		{"MTTR", "creation to resolution, of those that are resolved; one that was reopened counts to its last resolution",
			"time to resolve: how long it hurt, on the wall clock, holds included",
			"how much work it was; alerts that recover by themselves make it look good"},
		{"MTTR by people", "MTTR without incidents that recovered by themselves",
			"the part of MTTR that people decide",
			"that nobody helped a recovered one: people may have acted, and the alert ended before they said so"},
		{"SLA response, SLA resolution", "clocks of that kind done in time, of those done or breached; one that is open and past its target is breached, and one that is open and in time does not count yet",
			"a dashboard must not be green because nobody closes the late ones",
			"how late; and an incident under two agreements has two clocks of each kind"},
	}
}

func formulasOfWork() []Formula {
	return []Formula{
		{"Reopened", "incidents that came back at least once, of those that were ever resolved",
			"a resolution that does not hold is none",
			"what came back after its window to reopen as an incident of its own: see recurring causes"},
		{"Auto-resolved", "incidents resolved because every alert recovered, of those that are resolved",
			"what ends by itself may not have needed a person",
			"that it was harmless"},
		{"Not acted on", "resolved incidents to which no person did anything at all, a note included, of those that are resolved or were acted on",
			"a page that nobody needs wears out those who answer",
			"that nobody looked; or how many are open and not touched yet, for those may still be acted on"},
		{"Satisfaction", "mean of what reporters said, 1 to 5, when they confirmed that it is over, to a tenth; and how many did; an answer goes when the incident reopens",
			"those for whom the service is run know best whether it works again",
			"anything of those who did not answer, who are most; a mean of few answers is a mood"},
		{"Alerts per incident", "alerts that ever joined the incidents, by incidents",
			"how much grouping spares people",
			"how often an alert that fires was repeated: repeats do not count"},
		{"Escalations by timeout", "levels after the first that fired because nobody had acknowledged",
			"each is a person who did not answer in time",
			"whose fault it was: the phone, the person or the wait"},
		{"Escalations by hand", "times that somebody asked for the next level",
			"asking for help is good, and shows where knowledge is thin",
			"who helped without being asked for here"},
		{"Reassigns", "times that the assignee changed from one person to another",
			"work that is passed around waits",
			"whether the last one was the right one"},
		{"Lapsed acknowledgements", "acknowledgements that ran out and paged again",
			"it was taken, and then forgotten",
			"anything where acknowledgements have no time limit"},
		{"Status updates", "updates to any audience", "silence is what users complain of", "whether they were worth reading"},
		{"Reviews", "required by the rules for the incident; published; overdue: past its due date and not published",
			"a lesson that is never written down is paid for twice",
			"whether the actions of a review were done"},
		{"Recurring causes", "incidents of one service and one group key (of one rule, where there is no group key), if there are two or more; with problem: linked to a problem record; with workaround: resolved by one",
			"what comes back is worth a problem record",
			"that they share a root cause: only that they look alike"},
		{"Noise", "by rule: incidents that are resolved or were acted on, those not acted on, those that recovered by themselves, and the median life of the resolved ones; a suggestion from 5 incidents on, if nobody acted on half: narrow the rule; if nobody acted on 90%: wait longer where 80% recovered by themselves and the median life is under 15 minutes, else take it off the phone",
			"the rule that fires most and matters least is the cheapest to mend",
			"that the rule is wrong: it may guard what has not happened yet"},
	}
}

func formulasOfPeople() []Formula {
	return []Formula{
		{"Interruptions", "times in the period that a level of escalation paged the person, however many texts and calls that took; mail is none; an incident remembers at most 200",
			"it is the interruption that costs, not the number of messages",
			"how long each took, or what was done without a page"},
		{"Sleep, off and business hours", "by the clock on the person's own wall: sleep is 22:00 to 08:00 every day and wins over the others; business is 08:00 to 18:00 Monday to Friday; off is the rest: 18:00 to 22:00 Monday to Friday, 08:00 to 22:00 Saturday and Sunday",
			"a page at three in the morning is not a page at three in the afternoon",
			"anything of holidays, or of people who work other hours"},
		{"On-call hours", "time within the period (until now, if it is not over) in which a schedule or an override names the person, by the present schedules; two schedules at once count once; sleep hours as above, weekend hours are Saturday and Sunday from midnight to midnight, nights included",
			"waiting for a call is work too, and it should be shared",
			"who was paged by name or as a member of a team; and a schedule that was changed in the file since counts as it is now"},
		{"Acknowledgements", "first explicit acknowledgements in the period, by person",
			"who answers when it rings",
			"who solved it"},
	}
}
