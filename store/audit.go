package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"github.com/rouse/rouse/incident"
)

// Act is one line of the audit log: something a person or token did that is not in an incident's timeline.
type Act struct {
	Seq      int64             `json:"seq"`
	At       time.Time         `json:"at"`
	By       incident.Actor    `json:"by"`
	Verb     string            `json:"verb"` // such as override.add
	What     string            `json:"what"`
	Incident int64             `json:"incident,omitempty"` // that it is about
	Data     map[string]string `json:"data,omitempty"`
	Hash     string            `json:"hash,omitempty"`   // of this act and, by its hash, of all before it: see Chain; empty: older than the chain
	Erased   bool              `json:"erased,omitempty"` // its words were erased; Hash is still that of what was written
}

// VerbErase is the verb of the act that says which acts were erased: their Seqs, by FormatSeqs, are Data[DataSeqs].
const (
	VerbErase = "erase"
	DataSeqs  = "seqs"
)

// Audit keeps the acts, each chained to the one before.
type Audit interface {
	// PutAct appends an act and gives it the next Seq, which it returns, and the Hash that Chain makes of the previous act's
	// and of this one as it is kept. Whatever Hash and Erased say is not the caller's to say.
	PutAct(a Act) (int64, error)
	// Acts returns acts with Seq above after, ascending, at most limit (0: all).
	Acts(after int64, limit int) ([]Act, error)
	// LastAct returns the act with the highest Seq, or ErrNotFound.
	LastAct() (Act, error)
	// EraseAct replaces the words of an act (By.Name, What and Data) by those of a, and marks it Erased. All else stays, its
	// Hash too, so that the chain holds. ErrNotFound when there is none. The caller must put an act with VerbErase that names
	// it, or VerifyActs takes it for tampering.
	EraseAct(seq int64, a Act) error
}

// Chain is the hash of an act in the audit log: SHA-256, in hexadecimal, of the previous act's hash and the act, without its
// Hash and Erased. prev is empty for the first act of a chain.
//
// What is hashed, so that others may check it: the words "rouse act 1" and prev; Seq; At in microseconds since 1970; kind,
// name and channel of By; Verb; What; Incident; the count of Data, then each key and its value, by key. A number is eight
// bytes, big-endian; a text is its length in bytes, as a number, and the text.
func Chain(prev string, a Act) string {
	var b []byte
	number := func(n int64) { b = binary.BigEndian.AppendUint64(b, uint64(n)) }
	texts := func(list ...string) {
		for _, s := range list {
			number(int64(len(s)))
			b = append(b, s...)
		}
	}
	texts("rouse act 1", prev)
	number(a.Seq)
	number(a.At.UnixMicro())
	texts(string(a.By.Kind), a.By.Name, a.By.Channel, a.Verb, a.What)
	number(a.Incident)
	number(int64(len(a.Data)))
	for _, k := range slices.Sorted(maps.Keys(a.Data)) {
		texts(k, a.Data[k])
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
