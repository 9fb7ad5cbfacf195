package automation

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Options are what a Runner needs. DialContext and Now have no default: what an automation may reach is decided once, where
// the house is wired, and nothing here reads the clock by itself.
type Options struct {
	// DialContext opens connections for webhooks. It sees the address behind the name at the moment of dialling, so it is where
	// inner networks are refused.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	Now         func() time.Time
	TLS         *tls.Config // nil: the system's roots
	Secrets     []string    // of the whole configuration: none of them gets into a timeline
	AtOnce      int         // steps under way at the same time, beyond which ErrBusy; 0: 16
}

// Runner carries out external steps. It is safe for concurrent use. Make a new one when the configuration changes.
type Runner struct {
	now     func() time.Time
	client  *http.Client
	secrets []string
	slots   chan struct{}
}

// Result is what came of a step.
type Result struct {
	Text  string        // one line for the timeline, without secrets, whether it went well or not
	Retry bool          // with an error: it may go well another time
	After time.Duration // how long the other side asked us to wait, at most an hour; 0: it did not say
}

// Errors of Run that callers tell from others. Each is a failure that costs no more than its line.
var (
	ErrBusy        = errors.New("too many automations are running")
	ErrTimedOut    = errors.New("it took too long")
	ErrStopped     = errors.New("rouse is stopping")
	ErrNotExternal = errors.New("the step is none that is run: only webhooks and commands are")
)

const atOnce = 16

// New returns a Runner. It fails when DialContext or Now is missing.
func New(o Options) (*Runner, error) {
	if o.DialContext == nil || o.Now == nil {
		return nil, errors.New("automation: a runner needs a DialContext and a clock")
	}
	if o.AtOnce <= 0 {
		o.AtOnce = atOnce
	}
	return &Runner{
		now: o.Now, secrets: o.Secrets, slots: make(chan struct{}, o.AtOnce),
		client: &http.Client{
			// One connection for each try: it leaves nothing behind, and the transport never sends a request twice by itself.
			Transport: &http.Transport{
				DialContext: o.DialContext, TLSClientConfig: o.TLS, ForceAttemptHTTP2: true, DisableKeepAlives: true,
				DisableCompression: true, MaxResponseHeaderBytes: 64 << 10,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// Run carries out an external step once. It takes no longer than the step's timeout and a few seconds, whatever is at the other
// end, and never waits for other runs. A nil error means that a webhook was answered with 2xx, or that a program ended
// with 0; any other answer, exit code or failure is an error, and Result.Retry says whether to try again. A try that ended
// without an answer may have had its effect: the payload's ID is there so that the other side can tell.
func (r *Runner) Run(ctx context.Context, s Step, p Payload) (Result, error) {
	v := veilOf(s, r.secrets)
	if !s.External() {
		return failure(s, v, false, ErrNotExternal)
	}
	select {
	case r.slots <- struct{}{}:
	default:
		return failure(s, v, true, ErrBusy)
	}
	free := func() { <-r.slots }
	if s.Webhook != nil {
		defer free()
		return r.post(ctx, s, p, v)
	}
	return r.command(ctx, s, p, v, free)
}

// failure is the result of a step that did not go well, and its error, which repeats no secret either.
func failure(s Step, v veil, retry bool, err error) (Result, error) {
	cause := v.line(err.Error())
	return Result{Text: v.text(s.String()) + ": " + cause, Retry: retry}, &runError{cause, err}
}

// runError shows the cause without secrets; what can be asked of it with errors.Is stays.
type runError struct {
	text  string
	cause error
}

func (e *runError) Error() string { return e.text }

// Is reports whether the cause is target. There is no Unwrap: the cause's own text may hold a secret.
func (e *runError) Is(target error) bool { return errors.Is(e.cause, target) }

// within returns the timeout that holds for a step.
func within(asked, usual time.Duration) time.Duration {
	if asked <= 0 {
		return usual
	}
	return min(asked, MostTimeout)
}

// cut says why a context ended: by the step's own time, or because everything stops.
func cut(outer context.Context, limit time.Duration) error {
	if outer.Err() != nil {
		return ErrStopped
	}
	return fmt.Errorf("%w: cut off after %s", ErrTimedOut, limit)
}
