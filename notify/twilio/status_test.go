package twilio

import (
	"net/url"
	"testing"

	"github.com/rouse/rouse/notify"
)

func TestReadStatus(t *testing.T) {
	tests := []struct {
		form string
		want notify.Status // ProviderID, Provider and MessageID are added
	}{
		{"MessageStatus=accepted", notify.Status{Outcome: notify.Queued, Detail: "accepted"}},
		{"MessageStatus=queued", notify.Status{Outcome: notify.Queued, Detail: "queued"}},
		{"MessageStatus=sending", notify.Status{Outcome: notify.Accepted, Detail: "sending"}},
		{"MessageStatus=sent", notify.Status{Outcome: notify.Accepted, Detail: "sent"}},
		{"SmsStatus=delivered", notify.Status{Outcome: notify.Delivered, Detail: "delivered"}},
		{"MessageStatus=delivered&SmsStatus=sent&Body=Hi&RawDlrDoneDate=2611230300", notify.Status{Outcome: notify.Delivered, Detail: "delivered"}},
		{"MessageStatus=delivered&ErrorCode=30001&ErrorMessage=Queue+overflow", notify.Status{Outcome: notify.Delivered, Code: 30001, Detail: "delivered, Queue overflow, code 30001"}},
		{"MessageStatus=undelivered&ErrorCode=30003", notify.Status{Outcome: notify.Failed, Class: notify.Handset, Code: 30003, Detail: "undelivered, code 30003"}},
		{"MessageStatus=undelivered&ErrorCode=30005", notify.Status{Outcome: notify.Failed, Class: notify.Dead, Code: 30005, Detail: "undelivered, code 30005"}},
		{"MessageStatus=undelivered&ErrorCode=30007", notify.Status{Outcome: notify.Failed, Class: notify.Filtered, Wide: true, Code: 30007, Detail: "undelivered, code 30007"}},
		{"MessageStatus=failed&ErrorCode=30036", notify.Status{Outcome: notify.Failed, Class: notify.Queue, Code: 30036, Detail: "failed, code 30036"}},
		{"MessageStatus=failed&ErrorCode=21610", notify.Status{Outcome: notify.Failed, Class: notify.Consent, Code: 21610, Detail: "failed, code 21610"}},
		{"MessageStatus=failed", notify.Status{Outcome: notify.Failed, Class: notify.Transient, Detail: "failed"}},
		{"MessageStatus=failed&ErrorCode=77777&ErrorMessage=no+%2B34600000001", notify.Status{Outcome: notify.Failed, Class: notify.Unlisted, Code: 77777, Detail: "failed, no +34…0001, code 77777"}},
		{"MessageStatus=canceled", notify.Status{Outcome: notify.Cancelled, Detail: "canceled"}},

		{"CallSid=x&CallStatus=queued", notify.Status{Outcome: notify.Queued, Detail: "queued"}},
		{"CallSid=x&CallStatus=initiated", notify.Status{Outcome: notify.Queued, Detail: "initiated"}},
		{"CallSid=x&CallStatus=ringing", notify.Status{Outcome: notify.Ringing, Detail: "ringing"}},
		{"CallSid=x&CallStatus=in-progress", notify.Status{Outcome: notify.Answered, Detail: "in-progress"}},
		{"CallSid=x&CallStatus=completed&CallDuration=9&Duration=1", notify.Status{Outcome: notify.HungUp, Detail: "completed"}},
		{"CallSid=x&CallStatus=completed&AnsweredBy=human", notify.Status{Outcome: notify.HungUp, Detail: "completed, human"}},
		{"CallSid=x&CallStatus=completed&AnsweredBy=machine_start", notify.Status{Outcome: notify.Machine, Class: notify.Handset, Detail: "completed, machine_start"}},
		{"CallSid=x&CallStatus=in-progress&AnsweredBy=fax", notify.Status{Outcome: notify.Machine, Class: notify.Handset, Detail: "in-progress, fax"}},
		{"CallSid=x&AnsweredBy=machine_end_beep&MachineDetectionDuration=4000", notify.Status{Outcome: notify.Machine, Class: notify.Handset, Detail: "machine_end_beep"}},
		{"CallSid=x&AnsweredBy=human", notify.Status{Outcome: notify.Answered, Detail: "human"}},
		{"CallSid=x&AnsweredBy=unknown", notify.Status{Outcome: notify.Answered, Detail: "unknown"}},
		{"CallSid=x&CallStatus=busy&SipResponseCode=486", notify.Status{Outcome: notify.Busy, Class: notify.Handset, Detail: "busy, sip 486"}},
		{"CallSid=x&CallStatus=no-answer", notify.Status{Outcome: notify.NoAnswer, Class: notify.Handset, Detail: "no-answer"}},
		{"CallSid=x&CallStatus=failed", notify.Status{Outcome: notify.Failed, Class: notify.Transient, Detail: "failed"}},
		{"CallSid=x&CallStatus=failed&ErrorCode=21216", notify.Status{Outcome: notify.Failed, Class: notify.Account, Code: 21216, Detail: "failed, code 21216"}},
		{"CallSid=x&CallStatus=canceled", notify.Status{Outcome: notify.Cancelled, Detail: "canceled"}},
	}
	p := provider(t, nil)
	for _, tt := range tests {
		form, err := url.ParseQuery(tt.form + "&page=42%2F1")
		if err != nil {
			t.Fatal(err)
		}
		tt.want.ProviderID = textSID
		if form.Has("CallSid") {
			form.Set("CallSid", callSID)
			tt.want.ProviderID = callSID
		} else {
			form.Set("MessageSid", textSID)
			form.Set("SmsSid", "SMother") // seen to differ
		}
		tt.want.Provider, tt.want.MessageID = "main", "42/1"
		if got, ok := p.readStatus(form); !ok || got != tt.want {
			t.Errorf("%s:\ngot  %+v, %v\nwant %+v", tt.form, got, ok, tt.want)
		}
	}
	for _, form := range []string{"", "MessageSid=SM1", "MessageSid=SM1&MessageStatus=received", "CallSid=CA1", "CallSid=CA1&CallStatus=dreaming",
		"MessageStatus=sent", "CallSid=CA1&CallStatus=dreaming&AnsweredBy=human"} {
		v, _ := url.ParseQuery(form)
		if got, ok := p.readStatus(v); ok {
			t.Errorf("%q was read as %+v", form, got)
		}
	}
}
