package receivers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	amnotify "github.com/prometheus/alertmanager/notify"
	amtelegram "github.com/prometheus/alertmanager/notify/telegram"
	"github.com/prometheus/alertmanager/template"
	commoncfg "github.com/prometheus/common/config"

	"github.com/rouse/rouse/notify"
)

// telegram speaks the Bot API's sendMessage (core.telegram.org/bots/api#sendmessage) with Alertmanager's configuration.
type telegram struct {
	conf   *amtelegram.TelegramConfig
	tmpl   *template.Template
	log    *slog.Logger
	client *http.Client
}

// maxTelegram is the length of a message in characters, after Telegram has read its markup; we count before.
const maxTelegram = 4096

func newTelegram(c *amtelegram.TelegramConfig, tmpl *template.Template, log *slog.Logger, opts []commoncfg.HTTPClientOption) (*telegram, error) {
	client, err := commoncfg.NewClientFromConfig(*c.HTTPConfig, "telegram", opts...)
	if err != nil {
		return nil, err
	}
	return &telegram{conf: c, tmpl: tmpl, log: log, client: client}, nil
}

type telegramMessage struct {
	ChatID         int64           `json:"chat_id"`
	ThreadID       int             `json:"message_thread_id,omitempty"`
	Text           string          `json:"text"`
	ParseMode      string          `json:"parse_mode,omitempty"`
	Silent         bool            `json:"disable_notification,omitempty"`
	NoPreview      bool            `json:"disable_web_page_preview"`
	PreviewOptions telegramPreview `json:"link_preview_options"`
}

type telegramPreview struct {
	Disabled bool `json:"is_disabled"`
}

type telegramAnswer struct {
	OK          bool   `json:"ok"`
	Code        int    `json:"error_code"`
	Description string `json:"description"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"` // seconds
	} `json:"parameters"`
}

// Notify sends one message to the chat.
func (t *telegram) Notify(ctx context.Context, alerts ...*amalert.Alert) (bool, error) {
	text, err := t.text(ctx, alerts)
	if err != nil {
		return false, &notify.Error{Class: notify.Content, Err: err}
	}
	token, err := valueOrFile(string(t.conf.BotToken), t.conf.BotTokenFile)
	if err != nil {
		return false, err
	}
	chat, err := t.chat()
	if err != nil {
		return false, &notify.Error{Class: notify.Account, Err: err}
	}
	body, err := json.Marshal(telegramMessage{
		ChatID: chat, ThreadID: t.conf.MessageThreadID, Text: text, ParseMode: t.conf.ParseMode,
		Silent: t.conf.DisableNotifications, NoPreview: true, PreviewOptions: telegramPreview{Disabled: true},
	})
	if err != nil {
		return false, err
	}
	address := t.conf.APIUrl.JoinPath("bot"+token, "sendMessage").String()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return false, &notify.Error{Class: notify.Account, Err: errors.New("the api_url and the bot token do not make an address")}
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := t.client.Do(req)
	if err != nil {
		return true, amnotify.RedactURL(err)
	}
	defer amnotify.Drain(resp)
	return false, judgeTelegram(resp)
}

func (t *telegram) text(ctx context.Context, alerts []*amalert.Alert) (string, error) {
	var err error
	data := amnotify.GetTemplateData(ctx, t.tmpl, alerts, t.log)
	render := amnotify.TmplText
	if t.conf.ParseMode == "HTML" {
		render = amnotify.TmplHTML
	}
	text := strings.TrimSpace(render(t.tmpl, data, &err)(t.conf.Message))
	if err != nil {
		return "", err
	}
	if len([]rune(text)) <= maxTelegram {
		return text, nil
	}
	if t.conf.ParseMode != "" { // cut markup is refused: the title says what matters
		return render(t.tmpl, data, &err)(`{{ template "__subject" . }} {{ template "__alertmanagerURL" . }}`), err
	}
	text, _ = amnotify.TruncateInRunes(text, maxTelegram)
	return text, nil
}

func (t *telegram) chat() (int64, error) {
	if t.conf.ChatIDFile == "" {
		return t.conf.ChatID, nil
	}
	text, err := valueOrFile("", t.conf.ChatIDFile)
	if err != nil {
		return 0, err
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("chat_id_file %s does not hold a number", t.conf.ChatIDFile)
	}
	return id, nil
}

// judgeTelegram reads the Bot API's answer: core.telegram.org/bots/api#making-requests.
func judgeTelegram(resp *http.Response) error {
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	var a telegramAnswer
	if err := json.Unmarshal(raw, &a); err != nil {
		a = telegramAnswer{OK: resp.StatusCode/100 == 2, Code: resp.StatusCode, Description: string(raw)}
	}
	if a.OK {
		return nil
	}
	if a.Code == 0 {
		a.Code = resp.StatusCode
	}
	e := &notify.Error{Code: a.Code, Err: fmt.Errorf("bot API answered %d: %s", a.Code, a.Description)}
	e.RetryAfter = time.Duration(a.Parameters.RetryAfter) * time.Second
	low := strings.ToLower(a.Description)
	switch {
	case a.Code == http.StatusTooManyRequests:
		e.Class = notify.Throttle
	case a.Code >= 500:
		e.Class = notify.Transient
	case a.Code == http.StatusBadRequest && (strings.Contains(low, "chat not found") || strings.Contains(low, "thread not found")):
		e.Class = notify.Dead
	case a.Code == http.StatusBadRequest:
		e.Class = notify.Content
	default: // 401 bad token, 403 not a member, 404 no such bot
		e.Class = notify.Account
	}
	return e
}
