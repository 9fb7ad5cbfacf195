// Package rehearsal plays a night before it comes: alerts, answers and failures of a script go through the real engine, on a store
// in memory and virtual time, over carriers that are as deterministic as a clockwork, and what happened is handed back as a
// timeline.
//
// It holds no rule of paging: every moment of a timeline is something that the engine decided, remembered or sent. Texts arrive and
// calls ring the moment they are handed over; nobody answers unless the script says so. Its law: same settings, same script, same
// timeline, and to the second the pages that the engine of production sends.
package rehearsal
