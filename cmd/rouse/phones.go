package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/notify/phonetest"
)

func newPhones(e env) *cobra.Command {
	var listen, inbound, account, token string
	cmd := &cobra.Command{
		Use:   "phones",
		Short: "Run a street of fake phones in the browser, behind a Twilio-shaped API",
		Long: "Run a street of fake phones. Set `base_url` of a twilio provider to its address, and rouse pages these phones instead of real ones:\n" +
			"texts arrive, calls ring and speak, and you answer in the browser.",
		Example: "  rouse phones --listen 127.0.0.1:8421",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			street := phonetest.New(phonetest.Options{AccountSID: account, AuthToken: token, InboundURL: inbound})
			defer street.Close()
			stop, base, err := servePhones(listen, street)
			if err != nil {
				return err
			}
			defer stop()
			fmt.Fprintf(e.stdout, "phones: %s\nprovider: base_url %s, account_sid %s, auth_token %s\n", base, base, account, token)
			<-cmd.Context().Done()
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&listen, "listen", "127.0.0.1:8421", "address to listen on")
	f.StringVar(&inbound, "inbound", "http://127.0.0.1:8420/twilio/phones/sms", "where texts from the phones go: PUBLIC_URL/twilio/PROVIDER/sms")
	f.StringVar(&account, "account-sid", demoAccount, "account SID that the API accepts")
	f.StringVar(&token, "auth-token", demoToken, "auth token that the API accepts and callbacks are signed with")
	return cmd
}

// The account of the fake phones. It opens nothing but them.
const (
	demoAccount = "AC00000000000000000000000000000000"
	demoToken   = "demo"
)

func servePhones(listen string, street *phonetest.Street) (stop func(), base string, err error) {
	ln, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, "", fmt.Errorf("listen: %w (--phones or --listen takes another address)", err)
	}
	srv := &http.Server{Handler: street.Handler(), ReadHeaderTimeout: 5 * time.Second}
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(ln) }() // ends with Close below
	return func() { _ = srv.Close(); <-done }, baseURL(ln, false), nil
}

// runDemo runs the daemon and a street of phones side by side, with the embedded configuration.
func runDemo(ctx context.Context, e env, o serveOptions) error {
	if o.listen == "" {
		o.listen = "127.0.0.1:8420"
	}
	public := "http://" + o.listen
	street := phonetest.New(phonetest.Options{
		AccountSID: demoAccount, AuthToken: demoToken, InboundURL: public + "/twilio/phones/sms", Names: demoNames(),
	})
	defer street.Close()
	stop, phones, err := servePhones(o.phones, street)
	if err != nil {
		return err
	}
	defer stop()
	if o.data == "" {
		dir, err := os.MkdirTemp("", "rouse-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.data = dir
	}
	o.load = func() (*configs.Config, configs.Problems) {
		return configs.Load("demo.yaml", configs.Demo(phones, public), configs.Options{Getenv: e.getenv, Literal: true})
	}
	fired := make(chan error, 1)
	o.ready = func(base string) {
		fmt.Fprintf(e.stdout, "\nrouse:   %s   (token to sign in: %s)\nphones:  %s\n\n", base, demoSignIn, phones)
		go func() { fired <- demoAlert(ctx, e, base) }()
	}
	err = runServe(ctx, e, o)
	select {
	case ferr := <-fired:
		return errors.Join(err, ferr)
	default:
		return err
	}
}
