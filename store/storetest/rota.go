package storetest

import (
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

var rotaTests = []test{
	{name: "overrides", run: overridesKept},
	{name: "leave", run: leavesKept},
	{name: "silences", run: silencesKept},
	{name: "contacts", run: contactsKept},
	{name: "subscribers", run: subscribersKept},
}

func overridesKept(h *harness) {
	h.update(func(tx store.Tx) error {
		return all(tx.PutOverride(override("b", 10)), tx.PutOverride(override("a", 30)), tx.PutOverride(override("c", 20)))
	})
	overrides := func() []oncall.Override { return read(h, store.Tx.Overrides) }
	same(h, "by From", overrides(), []oncall.Override{override("b", 10), override("c", 20), override("a", 30)})
	h.update(func(tx store.Tx) error { return all(tx.PutOverride(override("b", 40)), tx.DeleteOverride("c")) })
	same(h, "replaced and deleted", overrides(), []oncall.Override{override("a", 30), override("b", 40)})
	absent(h, "deleting what is not there", h.s.Update(h.Context(), func(tx store.Tx) error { return tx.DeleteOverride("c") }))
	if err := h.s.Update(h.Context(), func(tx store.Tx) error { return tx.PutOverride(override("", 0)) }); err == nil {
		h.Error("an override without an ID: got no error")
	}
}

func leavesKept(h *harness) {
	h.update(func(tx store.Tx) error {
		return all(tx.PutLeave(leave("b", 10)), tx.PutLeave(leave("a", 30)), tx.PutLeave(leave("c", 20)))
	})
	leaves := func() []oncall.Leave { return read(h, store.Tx.Leaves) }
	same(h, "by From", leaves(), []oncall.Leave{leave("b", 10), leave("c", 20), leave("a", 30)})
	h.update(func(tx store.Tx) error { return all(tx.PutLeave(leave("b", 40)), tx.DeleteLeave("c")) })
	same(h, "replaced and deleted", leaves(), []oncall.Leave{leave("a", 30), leave("b", 40)})
	absent(h, "deleting what is not there", h.s.Update(h.Context(), func(tx store.Tx) error { return tx.DeleteLeave("c") }))
	if err := h.s.Update(h.Context(), func(tx store.Tx) error { return tx.PutLeave(leave("", 0)) }); err == nil {
		h.Error("leave without an ID: got no error")
	}
}

func silencesKept(h *harness) {
	h.update(func(tx store.Tx) error {
		return all(tx.PutSilence(silence("b", 10)), tx.PutSilence(silence("a", 30)), tx.PutSilence(silence("c", 20)))
	})
	silences := func() []router.Silence { return read(h, store.Tx.Silences) }
	same(h, "by StartsAt", silences(), []router.Silence{silence("b", 10), silence("c", 20), silence("a", 30)})
	same(h, "one", read(h, func(tx store.Tx) (router.Silence, error) { return tx.Silence("c") }), silence("c", 20))
	h.update(func(tx store.Tx) error {
		return all(tx.PutSilence(silence("b", 40)), tx.DeleteSilence("c"), tx.DeleteSilence("no such"))
	})
	same(h, "replaced and deleted", silences(), []router.Silence{silence("a", 30), silence("b", 40)})
	h.view(func(tx store.Tx) error {
		_, err := tx.Silence("c")
		absent(h, "deleted", err)
		return nil
	})
	if err := h.s.Update(h.Context(), func(tx store.Tx) error { return tx.PutSilence(silence("", 0)) }); err == nil {
		h.Error("a silence without an ID: got no error")
	}
}

func contactsKept(h *harness) {
	contact := func(a string) store.Contact {
		return read(h, func(tx store.Tx) (store.Contact, error) { return tx.Contact(a) })
	}
	same(h, "unknown", contact("+41790000001"), store.Contact{Address: "+41790000001"})
	want := store.Contact{Address: "+41790000001", User: "ana", Fails: 2, LastFail: at(1), LastPages: []string{"p", "q"}, Bundles: map[string][]int64{"B7": {1, 2}}}
	h.update(func(tx store.Tx) error {
		return all(tx.PutContact(want), tx.PutContact(store.Contact{Address: "ana@example.com"}), tx.PutContact(store.Contact{Address: "+1"}))
	})
	same(h, "known", contact("+41790000001"), want)
	want = store.Contact{Address: "+41790000001", User: "ana", OptedOut: true}
	h.update(func(tx store.Tx) error { return tx.PutContact(want) })
	same(h, "replaced", contact("+41790000001"), want)
	same(h, "by address", read(h, store.Tx.Contacts), []store.Contact{{Address: "+1"}, want, {Address: "ana@example.com"}})
	h.update(func(tx store.Tx) error { return all(tx.DeleteContact("+1"), tx.DeleteContact("+2")) })
	same(h, "after one is forgotten", read(h, store.Tx.Contacts), []store.Contact{want, {Address: "ana@example.com"}})
}

func subscribersKept(h *harness) {
	subscriber := func(id, service string) store.Subscriber {
		return store.Subscriber{ID: id, Service: service, Recipient: incident.Recipient{Address: id + "@example.com"}, By: "ana", At: at(0)}
	}
	h.update(func(tx store.Tx) error {
		return all(tx.PutSubscriber(subscriber("b", "web")), tx.PutSubscriber(subscriber("a", "")), tx.PutSubscriber(subscriber("c", "db")))
	})
	subscribers := func() []store.Subscriber { return read(h, store.Tx.Subscribers) }
	same(h, "by ID", subscribers(), []store.Subscriber{subscriber("a", ""), subscriber("b", "web"), subscriber("c", "db")})
	h.update(func(tx store.Tx) error { return all(tx.PutSubscriber(subscriber("b", "db")), tx.DeleteSubscriber("a")) })
	same(h, "replaced and deleted", subscribers(), []store.Subscriber{subscriber("b", "db"), subscriber("c", "db")})
	absent(h, "deleting what is not there", h.s.Update(h.Context(), func(tx store.Tx) error { return tx.DeleteSubscriber("a") }))
	if err := h.s.Update(h.Context(), func(tx store.Tx) error { return tx.PutSubscriber(subscriber("", "")) }); err == nil {
		h.Error("a subscriber without an ID: got no error")
	}
}
