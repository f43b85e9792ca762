// SPDX-License-Identifier: MIT

package sst

// #include <sst/sst.h>
import "C"

import "sync"

// Tx is one INVITE or UPDATE transaction, retries included. Its zero value is ready for use.
type Tx struct {
	c C.struct_sst_tx
}

// Session is the session timer of one dialog. Call End when the dialog is over, whoever ended it.
type Session struct {
	timers *Timers
	policy *Policy // not freed while the session uses it
	c      *C.struct_sst_session
	in     chan Event
	out    chan Event
	gone   chan struct{}
	once   sync.Once
}

// Caller starts the session of a dialog before its INVITE is sent.
func (t *Timers) Caller(policy *Policy) (*Session, error) {
	return t.start(policy, C.SST_CALLER)
}

// Callee starts the session of a dialog when its INVITE has arrived.
func (t *Timers) Callee(policy *Policy) (*Session, error) {
	return t.start(policy, C.SST_CALLEE)
}

func (t *Timers) start(policy *Policy, party C.enum_sst_party) (*Session, error) {
	s := &Session{timers: t, policy: policy, in: make(chan Event), out: make(chan Event),
		gone: make(chan struct{})}
	var err error
	if closed := t.do(func(C.uint64_t) { err = t.add(s, party) }); closed != nil {
		return nil, closed
	}
	if err != nil {
		return nil, err
	}
	go s.pump()
	return s, nil
}

// Events is where the session's events arrive. It is closed after "ended", or by End.
func (s *Session) Events() <-chan Event { return s.out }

// pump keeps events until they are read, so that a slow reader holds up nothing else.
func (s *Session) pump() {
	defer close(s.out)
	var waiting []Event
	last := false
	for !last || len(waiting) > 0 {
		var to chan Event
		var next Event
		if len(waiting) > 0 {
			to, next = s.out, waiting[0]
		}
		select {
		case event := <-s.in:
			waiting = append(waiting, event)
			last = event.Kind == "ended"
		case to <- next:
			waiting = waiting[1:]
		case <-s.gone:
			return
		}
	}
}

// with runs f on the goroutine that owns the sessions, unless the session is over.
func (s *Session) with(f func(now C.uint64_t) error) error {
	err := error(ErrEnded)
	closed := s.timers.do(func(now C.uint64_t) {
		if s.c != nil {
			err = f(now)
			s.timers.moved(s)
		}
	})
	if closed != nil {
		return closed
	}
	return err
}

func (tx *Tx) pointer() *C.struct_sst_tx {
	if tx == nil {
		return nil
	}
	return &tx.c
}

// Request returns the header fields for a request; tx is nil for all methods except INVITE and
// UPDATE. refresh: the request is the one that the event "refresh" asked for, or its retry.
func (s *Session) Request(tx *Tx, method string, cseq uint32, offer, refresh bool) ([]Header, error) {
	var headers C.struct_sst_headers
	flags := C.uint(0)
	if offer {
		flags |= C.SST_REQUEST_OFFER
	}
	if refresh {
		flags |= C.SST_REQUEST_REFRESH
	}
	err := s.with(func(now C.uint64_t) error {
		err := result(C.sst_session_request(s.c, tx.pointer(), methodOf(method), flags, now,
			&headers))
		if err == nil && tx != nil {
			C.sst_tx_set_cseq(&tx.c, C.uint64_t(cseq))
		}
		return err
	})
	return headersOf(&headers), err
}

// NotSent reports that a prepared request is not sent after all; tx nil: that the refresh libsst
// asked for cannot be sent now. libsst asks again.
func (s *Session) NotSent(tx *Tx) error {
	return s.with(func(now C.uint64_t) error {
		return result(C.sst_session_not_sent(s.c, tx.pointer(), C.SST_NEVER, now))
	})
}

// Response reports a response to one of our requests.
func (s *Session) Response(tx *Tx, response *Message) (verdict Verdict, err error) {
	view := response.view()
	err = s.with(func(now C.uint64_t) error {
		var c C.struct_sst_verdict
		err := result(C.sst_session_response(s.c, tx.pointer(), &view, now, &c))
		verdict = verdictOf(&c, now)
		return err
	})
	return verdict, err
}

// TimedOut reports that a request got no final response.
func (s *Session) TimedOut(tx *Tx) (verdict Verdict, err error) {
	err = s.with(func(now C.uint64_t) error {
		var c C.struct_sst_verdict
		err := result(C.sst_session_failed(s.c, tx.pointer(), C.SST_OUTCOME_TIMEOUT, now, &c))
		verdict = verdictOf(&c, now)
		return err
	})
	return verdict, err
}

// Receive reports a request from the peer before it is answered.
func (s *Session) Receive(tx *Tx, request *Message) (advice Advice, err error) {
	view := request.view()
	err = s.with(func(now C.uint64_t) error {
		var c C.struct_sst_advice
		err := result(C.sst_session_receive(s.c, tx.pointer(), &view, now, &c))
		advice = Advice{int(c.status), bool(c.copy), headersOf(&c.headers)}
		return err
	})
	return advice, err
}

// Answer returns the header fields for a response about to be sent.
func (s *Session) Answer(tx *Tx, status int) ([]Header, error) {
	var headers C.struct_sst_headers
	err := s.with(func(now C.uint64_t) error {
		return result(C.sst_session_answer(s.c, tx.pointer(), C.uint(status), now, &headers))
	})
	return headersOf(&headers), err
}

// Ack reports the ACK for the 2xx of this transaction.
func (s *Session) Ack(tx *Tx) error {
	return s.with(func(now C.uint64_t) error {
		return result(C.sst_session_ack(s.c, tx.pointer(), now))
	})
}

// End is to be called when the dialog is over. It frees the session; calling it again does nothing.
func (s *Session) End() {
	s.once.Do(func() { close(s.gone) })
	_ = s.timers.do(func(C.uint64_t) { s.timers.remove(s) }) // after Timers.Close it is freed already
}
