package twilio

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/rouse/rouse/notify"
)

// inboundText is a text as Twilio posts it, with all that is of no use.
func inboundText(body string) url.Values {
	return url.Values{"ToCountry": {"US"}, "ToState": {""}, "SmsMessageSid": {textSID}, "NumMedia": {"0"}, "FromZip": {""}, "SmsSid": {textSID},
		"SmsStatus": {"received"}, "FromCity": {"MÓSTOLES"}, "Body": {body}, "To": {ours}, "NumSegments": {"1"}, "MessageSid": {textSID},
		"AccountSid": {account}, "From": {ana}, "ApiVersion": {"2010-04-01"}}
}

// with returns form with pairs of names and values set.
func with(form url.Values, kv ...string) url.Values {
	out := url.Values{}
	for k, v := range form {
		out[k] = v
	}
	for i := 0; i < len(kv); i += 2 {
		out.Set(kv[i], kv[i+1])
	}
	return out
}

func TestTextComesIn(t *testing.T) {
	for name, r := range map[string]*http.Request{
		"post":        asks("POST", "/twilio/main/sms", inboundText("Ack 42, 2+3=4 & 😀"), token),
		"get":         asks("GET", "/twilio/main/sms", inboundText("Ack 42, 2+3=4 & 😀"), token),
		"other token": asks("POST", "/twilio/main/sms", inboundText("Ack 42, 2+3=4 & 😀"), other),
		"with port":   asksAt(public+":443", "POST", "/twilio/main/sms", inboundText("Ack 42, 2+3=4 & 😀"), token),
		"repeated":    asks("POST", "/twilio/main/sms", with(url.Values{"MediaUrl": {"b", "a", "a"}}, flat(inboundText("Ack 42, 2+3=4 & 😀"))...), token),
	} {
		d := &desk{}
		w, log := serveTo(t, provider(t, nil), d, r)
		want := Inbound{Provider: "main", SID: textSID, From: ana, To: ours, Body: "Ack 42, 2+3=4 & 😀"}
		if w.Code != 200 || len(d.texts) != 1 || d.texts[0] != want {
			t.Errorf("%s: status %d, texts %+v, want %+v; log %s", name, w.Code, d.texts, want, log)
		}
		if got := canonical(t, w.Body.String()); got != "<Response>" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/xml") {
			t.Errorf("%s: answered %q as %s", name, got, w.Header().Get("Content-Type"))
		}
	}
}

func flat(form url.Values) (kv []string) {
	for k := range form {
		kv = append(kv, k, form.Get(k))
	}
	return kv
}

// TestForgeries tries every way in that is not Twilio's: each is 403, tells nothing and reaches nobody.
func TestForgeries(t *testing.T) {
	good := inboundText("42")
	tests := []struct {
		name string
		r    func() *http.Request
	}{
		{"no signature", func() *http.Request {
			r := asks("POST", "/twilio/main/sms", good, token)
			r.Header.Del("X-Twilio-Signature")
			return r
		}},
		{"empty signature", func() *http.Request {
			r := asks("POST", "/twilio/main/sms", good, token)
			r.Header.Set("X-Twilio-Signature", "")
			return r
		}},
		{"two signatures", func() *http.Request {
			r := asks("POST", "/twilio/main/sms", good, token)
			r.Header.Add("X-Twilio-Signature", "x")
			return r
		}},
		{"old token", func() *http.Request { return asks("POST", "/twilio/main/sms", good, "an old token") }},
		{"empty token", func() *http.Request { return asks("POST", "/twilio/main/sms", good, "") }},
		{"other host", func() *http.Request {
			r := asksAt("https://attacker.example.net", "POST", "/twilio/main/sms", good, token)
			r.Header.Set("X-Forwarded-Host", "attacker.example.net")
			r.Header.Set("X-Forwarded-Proto", "https")
			r.Header.Set("Forwarded", "host=attacker.example.net;proto=https")
			return r
		}},
		{"other path", func() *http.Request {
			r := asks("POST", "/twilio/main/status", good, token)
			r.URL.Path, r.RequestURI = "/twilio/main/sms", "/twilio/main/sms"
			return r
		}},
		{"added query", func() *http.Request {
			r := asks("POST", "/twilio/main/sms", good, token)
			r.URL.RawQuery, r.RequestURI = "page=1", "/twilio/main/sms?page=1"
			return r
		}},
		{"changed body", func() *http.Request {
			r := asks("POST", "/twilio/main/sms", good, token)
			changed := asks("POST", "/twilio/main/sms", with(good, "Body", "43"), token)
			r.Body = changed.Body
			return r
		}},
		{"added parameter", func() *http.Request {
			r := asks("POST", "/twilio/main/sms", good, token)
			r.Body = asks("POST", "/twilio/main/sms", with(good, "Extra", "1"), token).Body
			return r
		}},
		{"signed as GET, body added", func() *http.Request {
			r := asks("GET", "/twilio/main/sms", good, token)
			r.Method, r.Body = "POST", asks("POST", "/twilio/main/sms", url.Values{"Body": {"43"}}, token).Body
			return r
		}},
		{"other account", func() *http.Request {
			return asks("POST", "/twilio/main/sms", with(good, "AccountSid", strings.Replace(account, "0", "1", 1)), token)
		}},
		{"no account", func() *http.Request { return asks("POST", "/twilio/main/sms", with(good, "AccountSid", ""), token) }},
		{"other number", func() *http.Request { return asks("POST", "/twilio/main/sms", with(good, "To", "+15550100009"), token) }},
		{"no number", func() *http.Request { return asks("POST", "/twilio/main/sms", with(good, "To", ""), token) }},
		{"unknown provider", func() *http.Request { return asks("POST", "/twilio/spare/sms", good, token) }},
		{"broken form", func() *http.Request {
			r := asks("POST", "/twilio/main/sms", good, token)
			r.Body = http.NoBody
			return r
		}},
	}
	var detail string
	for _, tt := range tests {
		d := &desk{}
		w, log := serveTo(t, provider(t, nil), d, tt.r())
		if w.Code != http.StatusForbidden || d.touched() {
			t.Errorf("%s: status %d, desk %+v", tt.name, w.Code, d)
		}
		if detail == "" {
			detail = w.Body.String()
		}
		if w.Body.String() != detail {
			t.Errorf("%s: answered %q and not %q as the others", tt.name, w.Body, detail)
		}
		if strings.Contains(log, ana) || strings.Contains(log, account) || strings.Contains(log, token) || !strings.Contains(log, "refused") {
			t.Errorf("%s: log %q", tt.name, log)
		}
	}
}

// TestOptOutType: an account with words of its own for stopping says what they mean.
func TestOptOutType(t *testing.T) {
	for meant, want := range map[string]string{"STOP": "STOP", "START": "START", "help": "HELP", "": "BAJA", "OTHER": "BAJA"} {
		d := &desk{}
		w, _ := serveTo(t, provider(t, nil), d, asks("POST", "/twilio/main/sms", with(inboundText("BAJA"), "OptOutType", meant), token))
		if w.Code != http.StatusOK || len(d.texts) != 1 || d.texts[0].Body != want {
			t.Errorf("%q: %d, %+v, want the text %s", meant, w.Code, d.texts, want)
		}
	}
}

func TestHandlerRefusesEarly(t *testing.T) {
	huge := asks("POST", "/twilio/main/sms", with(inboundText("x"), "Pad", strings.Repeat("x", maxForm)), token)
	for name, tt := range map[string]struct {
		r    *http.Request
		want int
	}{
		"too large":     {huge, http.StatusRequestEntityTooLarge},
		"method":        {httptest.NewRequest("PUT", "/twilio/main/sms", nil), http.StatusMethodNotAllowed},
		"head":          {httptest.NewRequest("HEAD", "/twilio/main/sms", nil), http.StatusMethodNotAllowed},
		"no such route": {httptest.NewRequest("POST", "/twilio/main/gather", nil), http.StatusNotFound},
		"no route":      {httptest.NewRequest("POST", "/twilio/main", nil), http.StatusNotFound},
		"elsewhere":     {httptest.NewRequest("POST", "/x/twilio/main/sms", nil), http.StatusNotFound},
		"no SID":        {asks("POST", "/twilio/main/sms", with(inboundText("x"), "MessageSid", "", "SmsMessageSid", "", "SmsSid", ""), token), http.StatusBadRequest},
	} {
		d := &desk{}
		if w, _ := serveTo(t, provider(t, nil), d, tt.r); w.Code != tt.want || d.touched() {
			t.Errorf("%s: status %d, want %d; desk %+v", name, w.Code, tt.want, d)
		}
	}
}

func TestPublicPathAndNames(t *testing.T) {
	for name, tt := range map[string]struct{ public, name, path string }{
		"named twilio":          {public, "twilio", "/twilio/twilio/sms"},
		"named sms":             {public, "sms", "/twilio/sms/sms"},
		"name with a slash":     {public, "a/b c", "/twilio/a%2Fb%20c/sms"},
		"prefix kept by proxy":  {public + "/rouse", "main", "/rouse/twilio/main/sms"},
		"prefix and slash":      {public + "/rouse/", "main", "/rouse/twilio/main/sms"},
		"port in the address":   {public + ":8443", "main", "/twilio/main/sms"},
		"address without https": {"http://127.0.0.1:8420", "main", "/twilio/main/sms"},
	} {
		p := provider(t, func(c *Config) { c.PublicURL, c.Name = tt.public, tt.name })
		d := &desk{}
		base := p.public.Scheme + "://" + p.public.Host
		if w, log := serveTo(t, p, d, asksAt(base, "POST", tt.path, inboundText("42"), token)); w.Code != 200 || len(d.texts) != 1 {
			t.Errorf("%s: status %d; %s", name, w.Code, log)
		}
		if back := p.callback("sms", "1", 0); back != base+tt.path+"?page=1" {
			t.Errorf("%s: we would name %s", name, back)
		}
	}
	// A proxy that takes the prefix away: Twilio signed the address with it.
	p := provider(t, func(c *Config) { c.PublicURL = public + "/rouse" })
	d := &desk{}
	if w, log := serveTo(t, p, d, asksAt(public+"/rouse", "POST", "/twilio/main/sms", inboundText("42"), token)); w.Code != 200 || len(d.texts) != 1 {
		t.Errorf("prefix taken away: status %d; %s", w.Code, log)
	}
}

func TestMessagingServiceIsOurs(t *testing.T) {
	p := provider(t, func(c *Config) { c.From, c.MessagingServiceSID = "", service })
	for sid, want := range map[string]int{service: 200, strings.Replace(service, "0", "1", 1): 403, "": 403} {
		d := &desk{}
		form := with(inboundText("42"), "To", "+15550100077", "MessagingServiceSid", sid)
		if w, _ := serveTo(t, p, d, asks("POST", "/twilio/main/sms", form, token)); w.Code != want {
			t.Errorf("service %q: status %d, want %d", sid, w.Code, want)
		}
	}
}

func TestStatusComesIn(t *testing.T) {
	form := url.Values{"AccountSid": {account}, "MessageSid": {textSID}, "MessageStatus": {"undelivered"}, "ErrorCode": {"30006"}, "From": {ours}, "To": {ana}, "page": {"forged"}}
	d := &desk{}
	w, _ := serveTo(t, provider(t, nil), d, asks("POST", "/twilio/main/status?page=42%2F1", form, token))
	want := notify.Status{Provider: "main", ProviderID: textSID, MessageID: "42/1", Outcome: notify.Failed, Class: notify.Dead, Code: 30006, Detail: "undelivered, code 30006"}
	if w.Code != http.StatusNoContent || len(d.statuses) != 1 || d.statuses[0] != want {
		t.Errorf("status %d, told %+v, want %+v", w.Code, d.statuses, want)
	}
	d = &desk{}
	if w, _ := serveTo(t, provider(t, nil), d, asks("POST", "/twilio/main/status", with(form, "MessageStatus", "dreaming"), token)); w.Code != http.StatusNoContent || d.touched() {
		t.Errorf("an unknown status: %d, told %+v", w.Code, d.statuses)
	}
}

func TestLineFails(t *testing.T) {
	call := url.Values{"AccountSid": {account}, "CallSid": {callSID}, "Direction": {"outbound-api"}, "CallStatus": {"in-progress"}, "From": {ours}, "To": {ana}}
	text := inboundText("42")
	for _, tt := range []struct {
		path string
		form url.Values
		gone int
	}{
		{"/twilio/main/sms", text, 200},
		{"/twilio/main/status?page=1", call, 204},
		{"/twilio/main/voice?page=1", call, 200},
		{"/twilio/main/voice?page=1", with(call, "AnsweredBy", "machine_start"), 200},
		{"/twilio/main/key?page=1&round=1", call, 200},
		{"/twilio/main/key?page=1&round=1", with(call, "Digits", "1"), 200},
	} {
		d := &desk{err: errStore}
		w, log := serveTo(t, provider(t, nil), d, asks("POST", tt.path, tt.form, token))
		if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), errStore.Error()) || !strings.Contains(log, errStore.Error()) {
			t.Errorf("%s: status %d body %q log %q, want 503 without detail", tt.path, w.Code, w.Body, log)
		}
		if w, _ := serveTo(t, provider(t, nil), &desk{err: notify.ErrGone}, asks("POST", tt.path, tt.form, token)); w.Code != tt.gone {
			t.Errorf("%s gone: status %d, want %d", tt.path, w.Code, tt.gone)
		}
	}
}

// FuzzCallback signs anything and posts it everywhere: nothing panics, and every answer of a call is good TwiML.
func FuzzCallback(f *testing.F) {
	f.Add("sms", "AccountSid="+account+"&To=%2b15550100001&From=x&MessageSid=SM1&Body=%F0%9F%91%8D", "page=1")
	f.Add("status", "AccountSid="+account+"&CallSid=CA1&CallStatus=completed&AnsweredBy=human&SipResponseCode=%00", "page=1")
	f.Add("key", "AccountSid="+account+"&CallSid=CA1&Digits=300", "page=1&round=99999999999999999999")
	f.Add("voice", "AccountSid="+account+"&CallSid=CA1&AnsweredBy=machine_start&CallStatus=%ff", "page=%3C%26%22")
	f.Add("inbound", "a=1&a=2&%zz", "bodySHA256=00")
	f.Fuzz(func(t *testing.T, route, body, query string) {
		values, err := url.ParseQuery(body)
		if _, ok := routes[route]; !ok || err != nil {
			return
		}
		path := "/twilio/main/" + route + "?" + query
		r, err := http.NewRequest("POST", public+path, strings.NewReader(body))
		if err != nil || r.URL.RequestURI() != path {
			return
		}
		r.Header.Set("X-Twilio-Signature", sign(signed{url: public + path, form: values}, token))
		d := &desk{speech: notify.Speech{Words: "\x01 " + body, Bundle: len(body)}, say: query}
		w, _ := serveTo(t, provider(t, nil), d, r)
		switch w.Code {
		case 200:
			canonical(t, w.Body.String())
		case 204, 400, 403:
		default:
			t.Fatalf("%s %q: status %d", path, body, w.Code)
		}
		if w.Code == 403 && d.touched() {
			t.Fatalf("%s %q: refused and acted on", path, body)
		}
	})
}
