// SPDX-License-Identifier: MIT

package sst

import (
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"
)

// virtual is a clock that the test moves.
type virtual struct {
	mutex sync.Mutex
	now   time.Duration
}

func (v *virtual) Now() time.Duration {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	return v.now
}

func (v *virtual) After(time.Duration) <-chan time.Time { return nil }

func (v *virtual) moveTo(t *testing.T, timers *Timers, now time.Duration) {
	t.Helper()
	v.mutex.Lock()
	v.now = now
	v.mutex.Unlock()
	check(t, timers.Sync())
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func policy(t *testing.T, settings map[string]string) *Policy {
	t.Helper()
	p, err := NewPolicy(settings)
	check(t, err)
	return p
}

// next returns the next event, which must be of this kind.
func next(t *testing.T, s *Session, kind string) Event {
	t.Helper()
	select {
	case event := <-s.Events():
		if event.Kind != kind {
			t.Fatalf("expected %s, got %+v", kind, event)
		}
		return event
	case <-time.After(time.Minute):
		t.Fatalf("expected %s, got nothing", kind)
	}
	return Event{}
}

// quiet fails if there is an event. Due events are in the channel soon after Sync, so this short
// wait can miss an event, but never invent one.
func quiet(t *testing.T, s *Session) {
	t.Helper()
	select {
	case event := <-s.Events():
		t.Fatalf("expected nothing, got %+v", event)
	case <-time.After(10 * time.Millisecond):
	}
}

// exchange sends a request from one end to the other, which answers with 200.
func exchange(t *testing.T, from, to *Session, method string, cseq uint32, refresh bool) {
	t.Helper()
	var asked, answered Tx
	offer := method == "INVITE"
	headers, err := from.Request(&asked, method, cseq, offer, refresh)
	check(t, err)
	advice, err := to.Receive(&answered, &Message{Method: method, CSeq: cseq, Offer: offer, Headers: headers})
	check(t, err)
	if advice.Status != 0 {
		t.Fatalf("rejected with %d", advice.Status)
	}
	headers, err = to.Answer(&answered, 200)
	check(t, err)
	headers = append(headers, Header{Name: "Allow", Value: "INVITE, ACK, BYE, UPDATE"})
	verdict, err := from.Response(&asked, &Message{Method: method, Status: 200, CSeq: cseq, Headers: headers})
	check(t, err)
	if verdict.Action != "none" {
		t.Fatalf("verdict %q", verdict.Action)
	}
	if method == "INVITE" {
		check(t, to.Ack(&answered))
	}
}

func TestTwoEnds(t *testing.T) {
	clock := &virtual{}
	timers := NewTimers(clock)
	defer timers.Close()
	settings := policy(t, map[string]string{"mode": "request", "session_expires": "90"})
	caller, err := timers.Caller(settings)
	check(t, err)
	callee, err := timers.Callee(settings)
	check(t, err)
	exchange(t, caller, callee, "INVITE", 1, false)
	if event := next(t, caller, "negotiated"); event.Side != "local" || event.Interval != 90*time.Second {
		t.Fatalf("got %+v", event)
	}
	if event := next(t, callee, "negotiated"); event.Side != "remote" {
		t.Fatalf("got %+v", event)
	}

	// Half of 90 s (RFC 4028 §7.2).
	clock.moveTo(t, timers, 44999*time.Millisecond)
	quiet(t, caller)
	clock.moveTo(t, timers, 45*time.Second)
	if event := next(t, caller, "refresh"); event.Method != "UPDATE" || event.Offer {
		t.Fatalf("got %+v", event)
	}
	exchange(t, caller, callee, "UPDATE", 2, true)
	next(t, caller, "refreshed")
	next(t, callee, "refreshed")

	// The caller does not refresh again. The callee hangs up a third of 90 s before 45 + 90 s (§10).
	clock.moveTo(t, timers, 104999*time.Millisecond)
	next(t, callee, "overdue")
	quiet(t, callee)
	clock.moveTo(t, timers, 105*time.Second)
	if event := next(t, callee, "ended"); event.Reason == "" {
		t.Fatal("no reason for the BYE")
	}
	if _, open := <-callee.Events(); open {
		t.Fatal("an event after the end")
	}
	headers, err := callee.Request(nil, "BYE", 3, false, false)
	check(t, err)
	if expected := []Header{{"Supported", "timer", true}}; !reflect.DeepEqual(headers, expected) {
		t.Fatalf("BYE with %+v", headers)
	}
	callee.End()
	callee.End()
	if _, err := callee.Request(nil, "BYE", 4, false, false); !errors.Is(err, ErrEnded) {
		t.Fatalf("after the end: %v", err)
	}
}

func TestRejection(t *testing.T) {
	timers := NewTimers(&virtual{})
	defer timers.Close()
	callee, err := timers.Callee(policy(t, map[string]string{"min_se": "120"}))
	check(t, err)
	defer callee.End()
	var tx Tx
	advice, err := callee.Receive(&tx, &Message{Method: "INVITE", CSeq: 1, Offer: true, Headers: []Header{
		{Name: "Supported", Value: "timer"}, {Name: "Session-Expires", Value: "90"}}})
	check(t, err)
	headers := advice.Headers
	if advice.Status != 422 || len(headers) == 0 {
		t.Fatalf("got %+v", advice)
	}
	found := false
	for _, header := range headers {
		found = found || header == Header{"Min-SE", "120", false}
	}
	if !found {
		t.Fatalf("422 with %+v", headers)
	}
}

func TestWrongPolicy(t *testing.T) {
	for _, settings := range []map[string]string{{"min_se": "60"}, {"no_such": "1"}, {"mode": "maybe"}} {
		if _, err := NewPolicy(settings); err == nil {
			t.Errorf("%v was accepted", settings)
		}
	}
}

// Many dialogs at once, each on a goroutine of its own, on a clock that runs by itself.
func TestMany(t *testing.T) {
	timers := NewTimers(Boot{})
	settings := policy(t, map[string]string{"mode": "request"})
	var all sync.WaitGroup
	for i := 0; i < 100; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			caller, err := timers.Caller(settings)
			if err != nil {
				t.Error(err)
				return
			}
			var tx Tx
			if _, err := caller.Request(&tx, "INVITE", 1, true, false); err != nil {
				t.Error(err)
			}
			_, err = caller.Response(&tx, &Message{Method: "INVITE", Status: 200, CSeq: 1, Headers: []Header{
				{Name: "Require", Value: "timer"}, {Name: "Session-Expires", Value: "1800;refresher=uac"}}})
			if err != nil {
				t.Error(err)
			}
			if event := <-caller.Events(); event.Kind != "negotiated" {
				t.Errorf("got %+v", event)
			}
			caller.End()
		}()
	}
	all.Wait()
	timers.Close()
	if _, err := timers.Caller(settings); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}
